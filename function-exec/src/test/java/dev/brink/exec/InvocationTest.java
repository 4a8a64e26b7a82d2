package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class InvocationTest {
  private static final Sandbox SANDBOX = Sandbox.of(2);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void helloAnswersWithAFullResponse() {
    LoadedFunction hello =
        SANDBOX.handler(
            """
            const url = new URL(request.url);
            return Response.json({
              url: request.url,
              path: url.pathname,
              method: request.method,
              agent: request.headers.get("user-agent"),
              greeting: env.GREETING,
            });
            """);
    Answered answered = SANDBOX.get(hello, "/a/b?c=d").end();
    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.head()).isInstanceOf(FullHttpResponse.class);
    assertThat(answered.headers().get("content-type")).isEqualTo("application/json");
    assertThat(answered.text())
        .isEqualTo(
            "{\"url\":\"http://example.com/a/b?c=d\",\"path\":\"/a/b\",\"method\":\"GET\","
                + "\"agent\":\"test\",\"greeting\":\"hi\"}");
    assertThat(answered.headers().get("content-length"))
        .isEqualTo(Integer.toString(answered.bytes().length));
    InvocationReport report = answered.report();
    assertThat(report.outcome()).isNull();
    assertThat(report.cpuNanos()).isPositive();
    assertThat(report.bytesOut()).isEqualTo(answered.bytes().length);
  }

  @Test
  void aRequestWithoutAHostIsOneToThisMachineWhateverItsPath() {
    LoadedFunction function = SANDBOX.handler("return new Response(request.url);");
    HttpRequest without = Sandbox.request(HttpMethod.GET, "/public/admin");
    without.headers().remove("Host");
    HttpRequest empty = Sandbox.request(HttpMethod.GET, "/public/admin");
    empty.headers().set("Host", "");
    for (HttpRequest request : List.of(without, empty)) {
      assertThat(SANDBOX.send(function, request, null).end().text())
          .isEqualTo("http://localhost/public/admin");
    }
  }

  @Test
  void headersThatCameInAreTheSameOneByOneAndAllAtOnce() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const { headers } = request;
            const thrown = (act) => { try { act(); return 'nothing' } catch (e) { return e.constructor.name } };
            const one = () => [
              headers.get('x-two'), headers.get('X-TWO'), headers.get({ toString: () => 'user-agent' }),
              headers.get('x-empty'), headers.get('x-none'), headers.get('x-z'),
              thrown(() => headers.get('not a name')), thrown(() => headers.get('')), thrown(() => headers.get('é')),
              thrown(() => headers.get()), thrown(() => Headers.prototype.get.call({}, 'host')),
            ];
            const before = one();
            const all = [...headers];
            return Response.json({
              before, after: one(), all, has: headers.has('X-Empty'), not: headers.has('x-none'),
              copy: new Headers(headers).get('x-two'), other: new Request(request).headers.get('x-two'),
              fixed: thrown(() => headers.set('a', 'b')),
            });
            """);
    HttpRequest request = Sandbox.request(HttpMethod.GET, "/");
    request.headers().add("X-Two", "a").add("X-Empty", "").add("x-two", "b").add("X-Z", "ÿ");
    String one =
        """
        ["a, b","a, b","test","",null,"ÿ","TypeError","TypeError","TypeError","TypeError","TypeError"]\
        """;
    String all =
        """
        [["host","example.com"],["user-agent","test"],["x-empty",""],["x-two","a, b"],["x-z","ÿ"]]\
        """;
    assertThat(SANDBOX.send(function, request, null).end().text())
        .isEqualTo(
            """
            {"before":%s,"after":%s,"all":%s,"has":true,"not":false,"copy":"a, b","other":"a, b","fixed":"TypeError"}\
            """
                .formatted(one, one, all));
  }

  @Test
  void theFirstInvocationAfterALoadIsWarm() {
    LoadedFunction function = SANDBOX.handler("return new Response('x')");
    assertThat(function.warm()).isTrue();
    assertThat(SANDBOX.get(function, "/").end().report().timing().cold()).isFalse();
  }

  @Test
  void aFunctionMaySayThatItsFailuresAreForOthersToAnswer() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            if (request.url.endsWith('/late')) ctx.passThroughOnException();
            if (request.url.endsWith('/bad')) { ctx.passThroughOnException(); return 5; }
            throw new Error('no');
            """);
    assertThat(SANDBOX.get(function, "/late").failure().passThrough()).isTrue();
    assertThat(SANDBOX.get(function, "/bad").failure().passThrough()).isTrue();
    assertThat(SANDBOX.get(function, "/never").failure().passThrough()).isFalse();
  }

  @Test
  void aThrownErrorIsUncaughtWithItsPosition() {
    LoadedFunction function = SANDBOX.handler("throw new TypeError('bad thing')");
    Answered answered = SANDBOX.get(function, "/");
    FunctionException failure = answered.failure();
    assertThat(failure.code()).isEqualTo(Code.UNCAUGHT);
    assertThat(failure).hasMessage("TypeError: bad thing");
    assertThat(String.valueOf(failure.position())).startsWith("main.js:2:");
    assertThat(answered.end().report().outcome()).isEqualTo(Code.UNCAUGHT);
    assertThat(SANDBOX.console)
        .anyMatch(line -> line.startsWith("ERROR TypeError: bad thing\n    at"));
  }

  @Test
  void aThrownStringIsUncaughtToo() {
    assertThat(SANDBOX.get(SANDBOX.handler("throw 'plain'"), "/").failure()).hasMessage("plain");
  }

  @Test
  void whatIsNoResponseIsABadResponse() {
    FunctionException failure = SANDBOX.get(SANDBOX.handler("return 42"), "/").failure();
    assertThat(failure.code()).isEqualTo(Code.BAD_RESPONSE);
    assertThat(failure).hasMessageContaining("a number");
  }

  @Test
  void timersAndWaitUntilKeepTheInvocationOpen() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            ctx.waitUntil(new Promise((resolve) => setTimeout(() => { console.log("late", { a: [1, "x"] }); resolve(); }, 20)));
            await new Promise((resolve) => setTimeout(resolve, 5));
            return new Response("early");
            """);
    Answered answered = SANDBOX.get(function, "/").end();
    assertThat(answered.text()).isEqualTo("early");
    assertThat(SANDBOX.console).contains("INFO late { a: [ 1, 'x' ] }");
  }

  @Test
  void responsesAreCheckedByTheHostToo() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            // So that names match and nothing that is wrong is found.
            RegExp.prototype.test = function () { return this.source.startsWith('^'); };
            return new Response("x", { headers: { "x-evil": "a\\rb" } });
            """);
    assertThat(SANDBOX.get(function, "/").failure().code()).isEqualTo(Code.BAD_RESPONSE);
  }

  /** Refused on a lane: nothing there is to be found out but by the listener. */
  @Test
  void aListenerThatThrowsWhenItsCallIsRefusedHearsTheEndAndHarmsNobody() {
    LoadedFunction closed = SANDBOX.handler("return new Response('x')");
    closed.close();
    var told = new CompletableFuture<Code>();
    var returned = new CompletableFuture<Boolean>();
    var throwing =
        new Answered() {
          @Override
          public void onFailure(FunctionException failure, Timing timing) {
            throw new IllegalStateException("the listener's own");
          }

          @Override
          public void onDone(InvocationReport report) {
            told.complete(report.outcome());
            throw new AssertionError("the listener's own");
          }
        };
    ((GraalRuntime) SANDBOX.runtime)
        .lanes()
        .first()
        .post(
            () -> {
              try {
                closed.invoke(
                    Sandbox.invocation(
                        Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
                    throwing);
                returned.complete(true);
              } catch (RuntimeException | Error e) {
                returned.complete(false);
              }
            });
    assertThat(returned.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
    assertThat(told).isCompletedWithValue(Code.CLOSED);
    LoadedFunction next = SANDBOX.handler("return new Response('next')");
    assertThat(SANDBOX.get(next, "/").end().text()).isEqualTo("next");
  }
}
