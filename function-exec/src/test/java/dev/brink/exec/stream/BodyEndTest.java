package dev.brink.exec.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** A body that ends before its subscriber is there, or while it comes. */
class BodyEndTest {
  private static final BodyWriter.Source NOTHING =
      new BodyWriter.Source() {
        @Override
        public void pull(long more) {}

        @Override
        public void cancelled() {}
      };

  /** Writes down what it hears, and does something when subscribed. */
  private static final class Heard implements Flow.Subscriber<ByteBuf> {
    private final List<String> all = new ArrayList<>();
    private final Runnable meanwhile;

    Heard(Runnable meanwhile) {
      this.meanwhile = meanwhile;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      meanwhile.run();
      all.add("subscribed");
      subscription.request(1);
    }

    @Override
    public void onNext(ByteBuf buffer) {
      buffer.release();
      all.add("next");
    }

    @Override
    public void onError(Throwable cause) {
      all.add(cause.getMessage());
    }

    @Override
    public void onComplete() {
      all.add("complete");
    }
  }

  @Test
  void aWrittenBodyThatEndsWhileItsSubscriberComesEndsAfterThat() {
    var writer = new BodyWriter(Runnable::run, NOTHING);
    var heard = new Heard(writer::end);
    writer.subscribe(heard);
    assertThat(heard.all).containsExactly("subscribed", "complete");
  }

  @Test
  void aWrittenBodyThatFailedBeforeIsAFailureForWhoeverComes() {
    var writer = new BodyWriter(Runnable::run, NOTHING);
    writer.fail(new IOException("broken"));
    var heard = new Heard(() -> {});
    writer.subscribe(heard);
    assertThat(heard.all).containsExactly("subscribed", "broken");
  }

  @Test
  void aRelayedBodyThatFailedBeforeIsAFailureForWhoeverComes() {
    List<String> source = new ArrayList<>();
    List<RelayBody.End> ends = new ArrayList<>();
    var relay = new RelayBody(endless(source), 1_000, ends::add);
    relay.fail(new IOException("broken"));
    var heard = new Heard(() -> {});
    relay.subscribe(heard);
    assertThat(heard.all).containsExactly("subscribed", "broken");
    assertThat(source).containsExactly("requested 1", "cancelled");
    assertThat(ends).containsExactly(RelayBody.End.FAILED);
  }

  @Test
  void aRelayedBodyThatFailsWhileItsReaderComesFailsAfterThatAndOnce() {
    List<String> source = new ArrayList<>();
    List<RelayBody.End> ends = new ArrayList<>();
    var relay = new RelayBody(endless(source), 1_000, ends::add);
    var heard = new Heard(() -> relay.fail(new IOException("broken")));
    relay.subscribe(heard);
    relay.fail(new IOException("again"));
    assertThat(heard.all).containsExactly("subscribed", "broken");
    assertThat(source).contains("cancelled");
    assertThat(ends).containsExactly(RelayBody.End.FAILED);
  }

  private static Flow.Publisher<ByteBuf> endless(List<String> log) {
    return to ->
        to.onSubscribe(
            new Flow.Subscription() {
              @Override
              public void request(long n) {
                log.add("requested " + n);
              }

              @Override
              public void cancel() {
                log.add("cancelled");
              }
            });
  }
}
