package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The content-length of a body that is passed on as it came. */
class RelayedLengthTest {
  private static final Sandbox SANDBOX = Sandbox.of(RelayedLengthTest::answer);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  private static Subrequests.Cancellable answer(
      Subrequests.Subrequest asked, Subrequests.Listener listener) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    String uri = asked.request().uri();
    String length = uri.endsWith("/nonsense") ? "+5" : "5";
    if (!uri.endsWith("/unknown")) {
      head.headers().set("content-length", length);
    }
    if (uri.endsWith("/encoded")) {
      head.headers().set("content-encoding", "gzip");
    }
    boolean headOnly = asked.request().method().equals(HttpMethod.HEAD);
    listener.onResponse(head, headOnly ? null : Feed.of("hello"));
    return () -> {};
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          return fetch('http://a/')                                                              | 5
          return fetch('http://a/unknown')                                                       | none
          return fetch('http://a/nonsense')                                                      | none
          return fetch('http://a/encoded', { headers: { 'accept-encoding': 'gzip' } })           | 5
          return new Response((await fetch('http://a/')).body, { headers: { 'content-length': '3' } }) | 5
          return new Response((await fetch('http://a/')).body.pipeThrough(new TransformStream()))| none
          const r = await fetch('http://a/'); return new Response(r.body.tee()[0], r)            | none
          return new Response(request.body)                                                      | none
          return env.API.fetch('http://a/')                                                      | 5
          return fetch('http://a/', { signal: new AbortController().signal })                    | 5
          """)
  void isKept(String script, String length) {
    Answered answered = SANDBOX.post(SANDBOX.handler(script), Feed.of("hello")).end();
    assertThat(answered.text()).isEqualTo("hello");
    assertThat(answered.headers().get("content-length", "none")).isEqualTo(length);
  }

  @Test
  void aRequestsOwnComesBackWithItsBody() {
    HttpRequest request = Sandbox.request(HttpMethod.POST, "/");
    request.headers().set("content-length", "5");
    Flow.Publisher<ByteBuf> body = Feed.of("hello");
    Answered answered =
        SANDBOX.send(SANDBOX.handler("return new Response(request.body)"), request, body).end();
    assertThat(answered.headers().get("content-length")).isEqualTo("5");
  }

  @Test
  void whoAsksForTheHeadIsToldOfTheBody() {
    LoadedFunction relay = SANDBOX.handler("return fetch('http://a/', request)");
    HttpRequest head = Sandbox.request(HttpMethod.HEAD, "/");
    assertThat(SANDBOX.send(relay, head, null).end().headers().get("content-length"))
        .isEqualTo("5");
    LoadedFunction made =
        SANDBOX.handler("return new Response(null, { headers: { 'content-length': '1e3' } })");
    head = Sandbox.request(HttpMethod.HEAD, "/");
    assertThat(SANDBOX.send(made, head, null).end().headers().get("content-length")).isEqualTo("0");
    assertThat(SANDBOX.get(made, "/").end().headers().get("content-length")).isEqualTo("0");
    LoadedFunction exposes =
        SANDBOX.handler(
            """
            return new Response(null, { headers: [
              ['access-control-expose-headers', 'content-length'], ['5', 'x'], ['content-length', '7']] })
            """);
    head = Sandbox.request(HttpMethod.HEAD, "/");
    assertThat(SANDBOX.send(exposes, head, null).end().headers().get("content-length"))
        .isEqualTo("7");
  }
}
