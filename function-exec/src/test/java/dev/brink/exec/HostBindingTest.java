package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.stream.BodyReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostBindingTest {
  private static final Host HOST = new Host();
  private static final Sandbox SANDBOX = Sandbox.of(Map.of("STORE", HOST));

  @BeforeEach
  void forget() {
    HOST.calls.clear();
    HOST.bodies.clear();
  }

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void callsCarryJsonAndBytesBothWays() {
    HOST.answer(call -> BindingReply.of("{\"version\":\"7\"}"));
    assertThat(
            SANDBOX.eval(
                "await env.STORE.put('k', 'väl', { metadata: { a: [1] }, expirationTtl: 2 });"
                    + "await env.STORE.put('b', new Uint8Array([1, 2, 3]).subarray(1));"
                    + "return await env.STORE.cas('k', null, 'x')"))
        .isEqualTo("7");
    assertThat(HOST.calls)
        .containsExactly(
            "put {\"key\":\"k\",\"ttlMs\":2000,\"metadata\":\"{\\\"a\\\":[1]}\"}",
            "put {\"key\":\"b\"}",
            "cas {\"key\":\"k\",\"version\":null}");
    assertThat(HOST.bodies).containsExactly("väl", "\u0002\u0003", "x");
  }

  @Test
  void aReplysBytesComeWholeOrAsAStream() {
    String meta = "{\"version\":\"1\",\"metadata\":\"5\"}";
    HOST.answer(call -> BindingReply.of(meta, utf8("{\"ä\":1}")));
    assertThat(SANDBOX.eval("return JSON.stringify(await env.STORE.get('k', 'json'))"))
        .isEqualTo("{\"ä\":1}");
    assertThat(SANDBOX.eval("return (await env.STORE.get('k', 'arrayBuffer')).byteLength"))
        .isEqualTo("8");
    assertThat(
            SANDBOX.eval(
                "const s = await env.STORE.get('k', { type: 'stream' });"
                    + "return await new Response(s).text()"))
        .isEqualTo("{\"ä\":1}");

    HOST.answer(call -> BindingReply.of(meta, Feed.of(new byte[1000], 100)));
    assertThat(
            SANDBOX.eval(
                "const { value, metadata } = await env.STORE.getWithMetadata('k', 'arrayBuffer');"
                    + "return value.byteLength + ' ' + metadata"))
        .isEqualTo("100000 5");
    assertThat(SANDBOX.eval("return (await env.STORE.get('k')).length")).isEqualTo("100000");
    assertThat(
            SANDBOX
                .get(
                    SANDBOX.handler(
                        "return new Response(await env.STORE.get('k', { type: 'stream' }))"),
                    "/")
                .end()
                .bytes())
        .hasSize(100_000);
  }

  @Test
  void aStreamOfTheGuestIsTheCallsBody() {
    HOST.answer(call -> BindingReply.of("{\"version\":\"1\"}"));
    SANDBOX.eval(
        "const parts = ReadableStream.from(['a', 'b', 'c']).pipeThrough(new TextEncoderStream());"
            + "await env.STORE.put('k', parts)");
    assertThat(HOST.bodies).containsExactly("abc");
    Answered answered =
        SANDBOX.post(
            SANDBOX.handler(
                "await env.STORE.put('k', request.body); return new Response('stored')"),
            Feed.of(new byte[10_000], 5));
    assertThat(answered.end().text()).isEqualTo("stored");
    assertThat(HOST.bodies.getLast()).hasSize(50_000);
  }

  @Test
  void valuesOfAnAtomicWriteGoAsOneBody() {
    HOST.answer(call -> BindingReply.of("{\"version\":null}"));
    assertThat(
            SANDBOX.eval(
                """
                const done = await env.STORE.atomic([
                  { check: 'a', version: 'v1' }, { put: 'a', value: 'ä' }, { delete: 'b' },
                  { put: 'c', value: new Uint8Array([65]), metadata: 1 }, { increment: 'n' },
                ]);
                return done.committed + ' ' + done.version\
                """))
        .isEqualTo("false null");
    assertThat(HOST.calls)
        .containsExactly(
            "atomic {\"operations\":[{\"check\":\"a\",\"version\":\"v1\"},"
                + "{\"put\":\"a\",\"bytes\":2},{\"delete\":\"b\"},"
                + "{\"put\":\"c\",\"bytes\":1,\"metadata\":\"1\"},{\"increment\":\"n\",\"by\":1}]}");
    assertThat(HOST.bodies).containsExactly("äA");
  }

  @Test
  void failuresBecomePlainErrors() {
    String script =
        "try { await env.STORE.get('k'); return 'none' } catch (e) {"
            + " return [e.constructor.name, e.message, e.code, e.retryable].join(' | ') }";
    HOST.fail(BindingException.failed("kv-unavailable", "not now", true));
    assertThat(SANDBOX.eval(script)).isEqualTo("Error | not now | kv-unavailable | true");
    HOST.fail(BindingException.type("key: x"));
    assertThat(SANDBOX.eval(script)).isEqualTo("TypeError | key: x |  | ");
    HOST.fail(BindingException.range("value: x"));
    assertThat(SANDBOX.eval(script)).isEqualTo("RangeError | value: x |  | ");
    HOST.fail(new IllegalStateException("secret of " + Host.class));
    assertThat(SANDBOX.eval(script))
        .isEqualTo("Error | the host could not do it | internal | false");
    HOST.answer(
        call -> {
          throw new IllegalStateException("secret");
        });
    assertThat(SANDBOX.eval(script))
        .isEqualTo("Error | the host could not do it | internal | false");
  }

  @Test
  void badArgumentsAreRefusedBeforeTheHostHearsOfThem() {
    for (String call :
        List.of(
            "get(1)",
            "get('\\ud800')",
            "get('k', 'xml')",
            "put('k', 1)",
            "put('k')",
            "put('k', 'v', { expirationTtl: -1 })",
            "put('k', 'v', { expiration: 'tomorrow' })",
            "cas('k', 1, 'v')",
            "increment('k', 1.5)",
            "list({ limit: 0 })",
            "list({ limit: 1001 })",
            "put('k', 'v', { metadata: 'x'.repeat(2e6) })",
            "get(Array(101).fill('k'))")) {
      assertThat(
              SANDBOX.eval(
                  "try { await env.STORE."
                      + call
                      + "; return 'none' } catch (e) { return e.constructor.name }"))
          .as(call)
          .isIn("TypeError", "RangeError");
    }
    assertThat(HOST.calls).isEmpty();
  }

  @Test
  void conversionsRunInsideTheLimits() {
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch(request, env) {"
                + "await env.STORE.put('k', 'v', { metadata: { toJSON() { for (;;); } } });"
                + "return new Response('none') } }",
            new FunctionLimits(
                java.time.Duration.ofMillis(200),
                java.time.Duration.ofSeconds(10),
                64L << 20,
                1L << 40,
                1L << 40,
                64));
    assertThat(SANDBOX.get(function, "/").end().failure().code())
        .isEqualTo(FunctionException.Code.CPU_LIMIT);
  }

  @Test
  void callsAreCountedAndBounded() {
    HOST.answer(call -> BindingReply.of("null"));
    Answered answered =
        SANDBOX
            .get(
                SANDBOX.handler(
                    """
                    let n = 0;
                    try { for (;; n++) await env.STORE.get('k'); } catch (e) { return new Response(`${n} ${e}`) }
                    """),
                "/")
            .end();
    assertThat(answered.text()).startsWith("50 TypeError: get: not possible here");
    assertThat(answered.report().subrequests()).isEqualTo(50);
  }

  @Test
  void aReplyThatComesTooLateIsReleased() {
    var late = new CompletableFuture<BindingReply>();
    HOST.answerLater(late);
    LoadedFunction function =
        SANDBOX.handler("env.STORE.get('k'); return new Response('did not wait')");
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("did not wait");
    ByteBuf content = utf8("late");
    late.complete(BindingReply.of("{}", content));
    Sandbox.await("it is released", () -> content.refCnt() == 0);
  }

  @Test
  void aBindingIsAnOrdinaryPropertyOfEnv() {
    assertThat(SANDBOX.eval("return Object.keys(env).sort() + ' ' + env.STORE"))
        .isEqualTo("API,GREETING,STORE [object KVNamespace]");
    assertThat(SANDBOX.eval("return env.STORE === env.STORE")).isEqualTo("true");
  }

  private static ByteBuf utf8(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
  }

  private interface Answer {
    BindingReply to(BindingCall call);
  }

  /** Notes calls with their bodies and answers them as told. */
  private static final class Host implements HostBinding {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<String> bodies = new CopyOnWriteArrayList<>();
    private volatile Answer answer = call -> BindingReply.of("null");
    private volatile @Nullable CompletionStage<BindingReply> later;

    void answer(Answer next) {
      later = null;
      answer = next;
    }

    void answerLater(CompletionStage<BindingReply> next) {
      later = next;
    }

    void fail(RuntimeException failure) {
      later = CompletableFuture.failedFuture(failure);
    }

    @Override
    public Face face() {
      return Face.KEY_VALUE;
    }

    @Override
    public CompletionStage<BindingReply> call(BindingCall call) {
      calls.add(call.method() + " " + call.arguments());
      CompletionStage<BindingReply> next = later;
      if (next != null) {
        return next;
      }
      Answer now = answer;
      Flow.Publisher<ByteBuf> body = call.body();
      return body == null
          ? CompletableFuture.completedFuture(now.to(call))
          : text(body)
              .thenApply(
                  text -> {
                    bodies.add(text);
                    return now.to(call);
                  })
              .orTimeout(10, TimeUnit.SECONDS);
    }
  }

  /** All of a body as text. */
  static CompletableFuture<String> text(Flow.Publisher<ByteBuf> body) {
    var whole = new CompletableFuture<String>();
    var bytes = new ByteArrayOutputStream();
    Thread.ofVirtual()
        .start(
            () -> {
              var reader = new BodyReader(body, Runnable::run, Long.MAX_VALUE);
              while (!reader.finished()) {
                ByteBuf next = reader.poll();
                if (next != null) {
                  byte[] part = new byte[next.readableBytes()];
                  next.readBytes(part);
                  next.release();
                  bytes.writeBytes(part);
                } else {
                  java.util.concurrent.locks.LockSupport.parkNanos(100_000);
                }
              }
              whole.complete(bytes.toString(StandardCharsets.UTF_8));
            });
    return whole;
  }
}
