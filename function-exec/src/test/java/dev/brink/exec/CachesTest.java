package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.stream.WholeBody;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Cache API's side in JavaScript, with a host that says what it was asked. */
class CachesTest {
  private static final Host HOST = new Host();
  private static final Sandbox SANDBOX = Sandbox.withCaches(HOST);

  @BeforeEach
  void forget() {
    HOST.calls.clear();
    HOST.reply = BindingReply.of("{}");
  }

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void whatIsFoundIsAResponse() {
    String head = "203\\nFine\\ncontent-type\\ntext/plain\\nx-a\\n1\\n";
    HOST.reply =
        BindingReply.of(
            "{\"found\":true,\"head\":\"" + head + "\"}",
            Unpooled.copiedBuffer("kept", StandardCharsets.UTF_8));
    assertThat(
            SANDBOX.eval(
                """
                const found = await caches.default.match('http://a.example/x?y=%20#fragment');
                return `${found.status} ${found.statusText} ${found.headers.get('x-a')} ${await found.text()}`;
                """))
        .isEqualTo("203 Fine 1 kept");
    assertThat(HOST.calls)
        .containsExactly(
            "match {\"cache\":\"default\",\"url\":\"http://a.example/x?y=%20\",\"request\":\"\"}");
  }

  @Test
  void whatWasKeptEncodedIsDecodedWhenItIsRead() throws Exception {
    var gzip = new ByteArrayOutputStream();
    try (var to = new GZIPOutputStream(gzip)) {
      to.write("kept".getBytes(StandardCharsets.UTF_8));
    }
    String head = "200\\nOK\\ncontent-type\\ntext/plain\\ncontent-encoding\\ngzip\\n";
    String json = "{\"found\":true,\"head\":\"" + head + "\"}";
    HOST.reply = BindingReply.of(json, WholeBody.of(Unpooled.wrappedBuffer(gzip.toByteArray())));
    assertThat(
            SANDBOX.eval(
                """
                const found = await caches.default.match('http://a.example/');
                return `${found.headers.get('content-encoding')} ${await found.text()}`;
                """))
        .isEqualTo("null kept");
    HOST.reply = BindingReply.of(json, WholeBody.of(Unpooled.wrappedBuffer(gzip.toByteArray())));
    LoadedFunction passes = SANDBOX.handler("return caches.default.match('http://a.example/');");
    Answered answer = SANDBOX.get(passes, "/").end();
    assertThat(answer.headers().get("content-encoding")).isEqualTo("gzip");
    assertThat(answer.bytes()).as("as it was kept").isEqualTo(gzip.toByteArray());
  }

  @Test
  void whatIsNotFoundIsUndefined() {
    assertThat(
            SANDBOX.eval(
                """
                const cache = await caches.open('mine');
                return [
                  await cache.match(new Request('http://a.example/', { headers: { b: 'c' } })),
                  await cache.match(new Request('http://a.example/', { method: 'POST' })),
                  await cache.match(new Request('http://a.example/', { method: 'POST' }), { ignoreMethod: true }),
                  await cache.delete('http://a.example/'),
                ].join();
                """))
        .isEqualTo(",,,false");
    assertThat(HOST.calls)
        .containsExactly(
            "match {\"cache\":\"mine\",\"url\":\"http://a.example/\",\"request\":\"b\\nc\\n\"}",
            "match {\"cache\":\"mine\",\"url\":\"http://a.example/\",\"request\":\"\"}",
            "delete {\"cache\":\"mine\",\"url\":\"http://a.example/\"}");
  }

  @Test
  void aPutTakesTheResponseAndItsBody() {
    assertThat(
            SANDBOX.eval(
                """
                const response = new Response('body', { status: 201, headers: { 'cache-control': 'max-age=5' } });
                await caches.default.put('http://a.example/', response);
                return response.bodyUsed;
                """))
        .isEqualTo("true");
    assertThat(HOST.calls)
        .containsExactly(
            "put {\"cache\":\"default\",\"url\":\"http://a.example/\",\"request\":\"\",\"status\":201,\"reason\":\"\",\"response\":\"cache-control\\n"
                + "max-age=5\\n"
                + "content-type\\n"
                + "text/plain;charset=UTF-8\\n"
                + "\"} body");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "put(new Request('http://a.example/', { method: 'POST' }), new Response('x'))",
        "put('http://a.example/', new Response('x', { status: 206 }))",
        "put('http://a.example/', new Response('x', { headers: { vary: 'a, *' } }))",
        "put('http://a.example/', 'x')",
        "put('http://a.example/', Response.error())",
        "put('http://a.example/')",
        "match('ftp://a.example/')",
        "match('http://a.example/', { ignoreSearch: true })",
        "match()"
      })
  void whatCanNeverWorkIsATypeErrorAndNoCall(String call) {
    assertThat(
            SANDBOX.eval(
                "try { await caches.default."
                    + call
                    + "; return 'done'; }"
                    + " catch (e) { return e.name; }"))
        .isEqualTo("TypeError");
    assertThat(HOST.calls).isEmpty();
  }

  @Test
  void aBodyThatWasReadCanNotBePut() {
    assertThat(
            SANDBOX.eval(
                """
                const response = new Response('x');
                await response.text();
                try { await caches.default.put('http://a.example/', response); } catch (e) { return e.name; }
                """))
        .isEqualTo("TypeError");
  }

  @Test
  void theHostsRefusalHasACode() {
    HOST.failure = BindingException.failed("not-stored", "response: private", false);
    try {
      assertThat(
              SANDBOX.eval(
                  """
                  try {
                    await caches.default.put('http://a.example/', new Response('x'));
                  } catch (e) {
                    return `${e.name} ${e.code} ${e.message}`;
                  }
                  """))
          .isEqualTo("Error not-stored response: private");
    } finally {
      HOST.failure = null;
    }
  }

  @Test
  void withoutAHostThereAreNone() {
    try (Sandbox alone = Sandbox.of(1)) {
      assertThat(
              alone.eval(
                  """
                  const made = [];
                  try { new Cache(); } catch (e) { made.push(e.name); }
                  try { new CacheStorage(); } catch (e) { made.push(e.name); }
                  try { await caches.default.match('http://a.example/'); } catch (e) { made.push(e.message); }
                  return made.join();
                  """))
          .isEqualTo("TypeError,TypeError,caches: there are none here");
    }
  }

  private static final class Host implements HostBinding {
    final List<String> calls = new CopyOnWriteArrayList<>();
    volatile BindingReply reply = BindingReply.of("{}");
    volatile @Nullable BindingException failure;

    @Override
    public Face face() {
      return Face.CACHES;
    }

    @Override
    public CompletionStage<BindingReply> call(BindingCall call) {
      BindingException thrown = failure;
      if (thrown != null) {
        throw thrown;
      }
      if (call.body() == null) {
        calls.add(call.method() + " " + call.arguments());
        return CompletableFuture.completedFuture(reply);
      }
      return HostBindingTest.text(call.body())
          .thenApply(
              text -> {
                calls.add(call.method() + " " + call.arguments() + " " + text);
                return reply;
              });
    }
  }
}
