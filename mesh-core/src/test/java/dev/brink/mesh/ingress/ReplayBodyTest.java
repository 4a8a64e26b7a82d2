package dev.brink.mesh.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.Discard;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplayBodyTest {
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final BodyPipe source =
      new BodyPipe(BodyPipe.DEFAULT_HIGH_WATER_BYTES, () -> {}, () -> cancelled.set(true));
  private final ReplayBody body = new ReplayBody(source);

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  @Test
  void theSourceIsNotReadBeforeATryIsSubscribedTo() {
    Flow.Publisher<ByteBuf> first = body.next();
    assertThat(source.subscribed()).isFalse();
    first.subscribe(new Sink());
    assertThat(source.subscribed()).isTrue();
    body.abandon();
  }

  /** A function that answers without a look at the body: else all of it is read for nobody. */
  @Test
  void aBodyThatIsCancelledUnreadIsCancelledAtItsSource() {
    Flow.Publisher<ByteBuf> first = body.next();
    body.accept();
    cancel(first);
    assertThat(cancelled).isTrue();
  }

  @Test
  void soIsOneThatWasCancelledBeforeItWasAccepted() {
    cancel(body.next());
    assertThat(cancelled).isFalse();
    body.accept();
    assertThat(cancelled).isTrue();
  }

  private static void cancel(Flow.Publisher<ByteBuf> unread) {
    Discard.response(new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), unread);
  }

  @Test
  void aSecondTryGetsTheWholeBody() throws Exception {
    Sink first = new Sink();
    body.next().subscribe(first);
    source.offer(text("one "));
    source.offer(text("two "));
    assertThat(first.text()).isEqualTo("one two ");
    assertThat(body.replayable()).isTrue();
    var second = BodyBytes.collect(body.next(), 100);
    source.offer(text("three"));
    source.complete();
    assertThat(new String(second.get(), UTF_8)).isEqualTo("one two three");
    assertThat(first.text()).isEqualTo("one two ");
    body.accept();
  }

  @Test
  void aBodyThatHasEndedCanStillBeSentAgain() throws Exception {
    source.offer(text("all"));
    source.complete();
    assertThat(new String(BodyBytes.collect(body.next(), 9).get(), UTF_8)).isEqualTo("all");
    assertThat(new String(BodyBytes.collect(body.next(), 9).get(), UTF_8)).isEqualTo("all");
    body.accept();
  }

  @Test
  void untilAcceptedNoMoreIsReadThanIsKept() {
    Sink sink = new Sink();
    body.next().subscribe(sink);
    for (int i = 0; i < 40; i++) {
      source.offer(Unpooled.wrappedBuffer(new byte[8 * 1024]));
    }
    assertThat(sink.bytes).isEqualTo(ReplayBody.LIMIT_BYTES);
    assertThat(body.replayable()).isTrue();
    body.accept();
    assertThat(sink.bytes).isEqualTo(40 * 8 * 1024);
    assertThat(body.replayable()).isFalse();
    assertThatThrownBy(body::next).isInstanceOf(IllegalStateException.class);
    body.abandon();
  }

  @Test
  void aBrokenBodyIsNotTriedAgain() {
    var first = BodyBytes.collect(body.next(), 9);
    source.fail(new IOException("client gone"));
    assertThatThrownBy(first::get).hasRootCauseMessage("client gone");
    assertThat(body.replayable()).isFalse();
    body.abandon();
  }

  @Test
  void anAbandonedBodyIsNotReadOn() {
    body.next().subscribe(new Sink());
    source.offer(text("x"));
    body.abandon();
    assertThat(cancelled).isTrue();
  }

  @Test
  void aTryThatNobodySubscribedToKeepsNothing() {
    body.next().subscribe(new Sink());
    ByteBuf buffer = text("x");
    source.offer(buffer);
    Flow.Publisher<ByteBuf> second = body.next();
    Flow.Publisher<ByteBuf> third = body.next();
    body.abandon();
    assertThat(buffer.refCnt()).isZero();
    assertThatThrownBy(() -> BodyBytes.collect(second, 9).get())
        .hasRootCauseMessage("body: not wanted any more");
    assertThatThrownBy(() -> BodyBytes.collect(third, 9).get())
        .hasRootCauseMessage("body: not wanted any more");
  }

  @Test
  void aReceiverThatHasAcceptedCancelsTheSource() {
    Sink sink = new Sink();
    body.next().subscribe(sink);
    sink.cancel();
    assertThat(cancelled).isFalse();
    Sink second = new Sink();
    body.next().subscribe(second);
    body.accept();
    second.cancel();
    assertThat(cancelled).isTrue();
  }

  @Test
  void aTryBeforeTheAcceptedOneCancelsNothing() {
    Sink first = new Sink();
    body.next().subscribe(first);
    source.offer(text("one "));
    Sink second = new Sink();
    body.next().subscribe(second);
    body.accept();
    first.cancel();
    assertThat(cancelled).isFalse();
    source.offer(text("two"));
    assertThat(second.text()).isEqualTo("one two");
    source.complete();
  }

  private static final class Sink implements Flow.Subscriber<ByteBuf> {
    private Flow.@Nullable Subscription subscription;
    int bytes;
    private final List<String> texts = new ArrayList<>();

    void cancel() {
      requireNonNull(subscription, "subscription").cancel();
    }

    String text() {
      return String.join("", texts);
    }

    @Override
    public void onSubscribe(Flow.Subscription from) {
      subscription = from;
      from.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf buffer) {
      bytes += buffer.readableBytes();
      texts.add(buffer.toString(UTF_8));
      buffer.release();
    }

    @Override
    public void onError(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void onComplete() {}
  }
}
