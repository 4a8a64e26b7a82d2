package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The content-length of what a function sends. */
class SentLengthTest {
  private static final Sandbox SANDBOX = Sandbox.of(SentLengthTest::answer);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** Says what the request says of its body, and does not read that; {@code /body} has one. */
  private static Subrequests.Cancellable answer(
      Subrequests.Subrequest asked, Subrequests.Listener listener) {
    if (asked.request().uri().endsWith("/body")) {
      HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
      head.headers().set("content-length", "5");
      listener.onResponse(head, Feed.of("hello"));
      return () -> {};
    }
    String said = String.join(",", asked.request().headers().getAll("content-length"));
    ByteBuf answer =
        Unpooled.copiedBuffer(said.isEmpty() ? "none" : said, StandardCharsets.US_ASCII);
    listener.onResponse(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, answer), null);
    return () -> {};
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          return fetch('http://a/', request)                                                       | 5
          return env.API.fetch('http://a/', request)                                               | 5
          return fetch(new Request('http://a/', request), { headers: { 'content-length': '7' } })  | 5
          return fetch('http://a/', { method: 'PUT', body: request.body })                         | 5
          return fetch('http://a/', { method: 'PUT', body: (await fetch('http://a/body')).body })  | 5
          return fetch('http://a/', { method: 'PUT', body: 'sch\u00f6n' })                         | 6
          return fetch('http://a/', { method: 'PUT', body: '' })                                   | 0
          return fetch('http://a/', { method: 'PUT', body: new Uint8Array(9).subarray(2) })        | 7
          return fetch('http://a/', { method: 'PUT', body: new Blob(['abc']) })                    | 3
          return fetch('http://a/', { method: 'PUT', body: await request.arrayBuffer() })          | 5
          return fetch('http://a/', { method: 'PUT', body: new FixedLengthStream(8).readable })    | 8
          return fetch('http://a/', { method: 'PUT', body: new FixedLengthStream(2**40).readable })| 1099511627776
          return fetch('http://a/', { method: 'PUT', body: request.body.pipeThrough(new TransformStream()) }) | none
          return fetch('http://a/', { method: 'PUT', body: request.body.tee()[0], headers: { 'content-length': '5' } }) | none
          return fetch('http://a/', request.clone())                                               | none
          return fetch('http://a/', { headers: { 'content-length': '5' } })                        | none
          """)
  void isThatOfTheBodyWhereThatIsKnown(String script, String length) {
    HttpRequest request = Sandbox.request(HttpMethod.POST, "/");
    request.headers().set("content-length", "5");
    Flow.Publisher<ByteBuf> body = Feed.of("hello");
    Answered answered = SANDBOX.send(SANDBOX.handler(script), request, body).end();
    assertThat(answered.text()).isEqualTo(length);
  }

  @ParameterizedTest
  @CsvSource({"+5", "5x", "''"})
  void aClientsIsNotBelievedIfItIsNoNumber(String said) {
    HttpRequest request = Sandbox.request(HttpMethod.POST, "/");
    request.headers().set("content-length", said);
    LoadedFunction relay = SANDBOX.handler("return fetch('http://a/', request)");
    assertThat(SANDBOX.send(relay, request, Feed.of("hello")).end().text()).isEqualTo("none");
  }
}
