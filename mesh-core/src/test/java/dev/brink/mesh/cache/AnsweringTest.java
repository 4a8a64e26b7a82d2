package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.FetchFailure;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a cache is told of what another node, or the source, has answered. */
class AnsweringTest {
  private static final CallTiming SPENT = new CallTiming("home", false, 0, 0, 0, 0);

  /** The listener's response and stamp. */
  private static final class Told implements Upstream.Listener {
    private @Nullable HttpResponse head;
    private long stamp = -1;

    @Override
    public void onResponse(
        HttpResponse response, Flow.@Nullable Publisher<ByteBuf> body, long said) {
      head = response;
      stamp = said;
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new AssertionError(String.valueOf(failure));
    }

    private @Nullable String field(CharSequence name) {
      return head == null ? null : head.headers().get(name);
    }
  }

  private static Told told(boolean ofNode, String... fields) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    for (int i = 0; i < fields.length; i += 2) {
      head.headers().set(fields[i], fields[i + 1]);
    }
    var told = new Told();
    new Answering(told, ofNode, spent -> {}).onResponse(head, null, SPENT);
    assertThat(told.field(PeerAnswer.STAMP)).isNull();
    assertThat(told.field(PeerAnswer.TOOK)).isNull();
    return told;
  }

  @ParameterizedTest
  @CsvSource({"3, 3005, 0", "3, 2999, 1", "3, 999, 3", "90, 3005, 87", "1, 3005, 0"})
  void theTimeAtTheHomeIsNotCountedTwice(String age, String took, String left) {
    Told told = told(true, "Age", age, "brink-stamp", "77", "brink-took", took);
    assertThat(told.stamp).isEqualTo(77);
    assertThat(told.field(HttpHeaderNames.AGE)).isEqualTo(left);
  }

  @Test
  void whatTheHomePassesOnFromTheSourceHasNoneOfTheHomesTimeInIt() {
    Told told = told(true, "Age", "90", "brink-took", "3005");
    assertThat(told.stamp).isZero();
    assertThat(told.field(HttpHeaderNames.AGE)).isEqualTo("90");
  }

  @Test
  void theSourceIsNotBelievedWhatNodesSay() {
    Told told = told(false, "Age", "90", "brink-stamp", "77", "brink-took", "3005");
    assertThat(told.stamp).isZero();
    assertThat(told.field(HttpHeaderNames.AGE)).isEqualTo("90");
  }

  @Test
  void whatIsNoNumberIsNothing() {
    Told told = told(true, "Age", "old", "brink-stamp", "77", "brink-took", "long");
    assertThat(told.stamp).isEqualTo(77);
    assertThat(told.field(HttpHeaderNames.AGE)).isEqualTo("old");
  }
}
