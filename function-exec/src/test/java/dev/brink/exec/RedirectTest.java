package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The global fetch when it is sent elsewhere: each hop goes to the host, which may refuse it. */
class RedirectTest {
  private static final List<String> ASKED = new CopyOnWriteArrayList<>();
  private static final Sandbox SANDBOX = Sandbox.of(RedirectTest::answer);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @BeforeEach
  void forget() {
    ASKED.clear();
  }

  /** {@code /to/STATUS/URL} redirects there, {@code /loop} to itself; the rest answers. */
  private static Subrequests.Cancellable answer(
      Subrequests.Subrequest asked, Subrequests.Listener listener) {
    String url = asked.request().uri();
    if (url.endsWith("/echo") && !url.contains("/to/")) {
      echo(asked, listener);
      return () -> {};
    }
    dropBody(asked.body());
    HttpHeaders headers = asked.request().headers();
    ASKED.add(
        asked.request().method() + " " + url + (headers.contains("authorization") ? " auth" : ""));
    if (url.contains("169.254.")) {
      listener.onFailure("fetch: 169.254.169.254 is not a public address");
      return () -> {};
    }
    int at = url.indexOf("/to/");
    boolean loop = url.endsWith("/loop");
    int status = at < 0 ? loop ? 302 : 200 : Integer.parseInt(url.substring(at + 4, at + 7));
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.copiedBuffer("at " + url, StandardCharsets.UTF_8));
    if (at >= 0) {
      response.headers().set("location", url.substring(at + 8));
    } else if (loop) {
      response.headers().set("location", "/loop");
    }
    listener.onResponse(response, null);
    return () -> {};
  }

  private static void echo(Subrequests.Subrequest asked, Subrequests.Listener listener) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    String type = asked.request().headers().get("content-type");
    if (type != null) {
      head.headers().set("x-type", type);
    }
    listener.onResponse(head, asked.body());
  }

  private static void dropBody(Flow.@Nullable Publisher<ByteBuf> body) {
    if (body != null) {
      body.subscribe(
          new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              subscription.cancel();
            }

            @Override
            public void onNext(ByteBuf part) {
              part.release();
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onComplete() {}
          });
    }
  }

  @Test
  void followsAndTellsWhereItIs() {
    assertThat(
            SANDBOX.eval(
                "const r = await fetch('http://a.example/to/302/http://b.example/x#f');"
                    + " return [r.status, r.url, r.redirected, await r.text()].join(' ')"))
        .isEqualTo("200 http://b.example/x true at http://b.example/x");
  }

  @Test
  void leavesSecretsBehindWhenTheOriginChanges() {
    SANDBOX.eval(
        "const headers = { authorization: 'Bearer x' };"
            + " await fetch('http://a.example/to/307/http://b.example/x', { headers });"
            + " await fetch('http://a.example/to/307/http://a.example/y', { headers })");
    assertThat(ASKED)
        .containsExactly(
            "GET http://a.example/to/307/http://b.example/x auth",
            "GET http://b.example/x",
            "GET http://a.example/to/307/http://a.example/y auth",
            "GET http://a.example/y auth");
  }

  @Test
  void aPostBecomesAGetOrIsSentAgain() {
    SANDBOX.eval(
        "for (const status of [301, 302, 303, 307, 308])"
            + " await fetch(`http://a.example/to/${status}/http://a.example/x`,"
            + " { method: 'POST', body: 'data' })");
    assertThat(ASKED)
        .filteredOn(line -> line.endsWith("/x") && !line.contains("/to/"))
        .containsExactly(
            "GET http://a.example/x",
            "GET http://a.example/x",
            "GET http://a.example/x",
            "POST http://a.example/x",
            "POST http://a.example/x");
  }

  /** Whatever it was made of but a stream, given to the fetch or in a request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'data'",
        "new TextEncoder().encode('data')",
        "new Blob(['da', 'ta'], { type: 'a/b' })",
        "new URLSearchParams('a=b')",
        "form",
      })
  void aBodyIsSentAgain(String body) {
    String sent =
        SANDBOX.eval(
            """
            const form = new FormData();
            form.set('a', 'b');
            const url = 'http://a.example/to/307/http://a.example/to/308/http://a.example/echo';
            const init = { method: 'PUT', body: %s };
            const expected = await new Response(init.body).text();
            const touched = new Request(url, init);
            touched.body;
            const lines = [];
            for (const args of [[url, init], [new Request(url, init)], [touched]]) {
              const answer = await fetch(...args);
              const type = answer.headers.get('x-type');
              const same = (text) => text.replace(/brink-\\w+/g, '');
              lines.push(`${String(type).split(/[;-]/)[0]} ${same(await answer.text()) === same(expected)}`);
            }
            return [...new Set(lines)].join();
            """
                .formatted(body));
    assertThat(sent).endsWith(" true").doesNotContain(",");
    assertThat(sent)
        .startsWith(
            body.contains("Encoder")
                ? "null"
                : body.contains("Blob")
                    ? "a/b"
                    : body.contains("URL")
                        ? "application/x"
                        : body.equals("form") ? "multipart/form" : "text/plain");
  }

  /** As the standard has it, but for a 303. */
  @Test
  void aStreamIsNotSentAgain() {
    assertThat(
            SANDBOX.eval(
                """
                const results = [];
                for (const status of [301, 302, 303, 307, 308]) {
                  const body = ReadableStream.from(['x']).pipeThrough(new TextEncoderStream());
                  const url = `http://a.example/to/${status}/http://a.example/x`;
                  results.push(await fetch(url, { method: 'POST', body, duplex: 'half' }).then((r) => r.status, (e) => e.name));
                }
                return results.join();
                """))
        .isEqualTo("TypeError,TypeError,200,TypeError,TypeError");
  }

  @Test
  void modesAndBounds() {
    assertThat(
            SANDBOX.eval(
                """
                const results = [];
                const attempt = async (url, init) => {
                  try {
                    results.push((await fetch(url, init)).status);
                  } catch (e) {
                    results.push(`${e.name}: ${e.message}`);
                  }
                };
                await attempt('http://a.example/to/302/http://b.example/', { redirect: 'manual' });
                await attempt('http://a.example/to/302/http://b.example/', { redirect: 'error' });
                await attempt('http://a.example/to/302/ftp://b.example/');
                await attempt('http://a.example/loop');
                await attempt('http://a.example/to/302/http://169.254.169.254/latest/');
                const body = ReadableStream.from(['x']).pipeThrough(new TextEncoderStream());
                await attempt('http://a.example/to/307/http://b.example/', { method: 'POST', body, duplex: 'half' });
                return results.join('\\n');
                """))
        .isEqualTo(
            """
            302
            TypeError: fetch: redirected (expected: not to be)
            TypeError: fetch: redirected to another scheme (expected: http or https)
            TypeError: fetch: redirected more than 20 times
            TypeError: fetch: 169.254.169.254 is not a public address
            TypeError: fetch: redirected, but the body cannot be sent again\
            """);
  }
}
