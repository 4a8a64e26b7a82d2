package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.stream.RelayBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubrequestTest {
  private static final Origin ORIGIN = new Origin();
  private static final Sandbox SANDBOX = Sandbox.of(ORIGIN);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void aServiceIsAskedWithItsName() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const answer = await env.API.fetch('http://api/echo', {
              method: 'POST', body: 'sent', headers: { 'x-a': 'b' },
            });
            return new Response(answer.status + ' ' + answer.headers.get('x-service') + ' ' + await answer.text());
            """);
    Answered answered = SANDBOX.get(function, "/").end();
    assertThat(answered.text()).isEqualTo("203 API POST http://api/echo b sent");
    assertThat(answered.report().subrequests()).isEqualTo(1);
  }

  @Test
  void theGlobalFetchHasNoService() {
    LoadedFunction function =
        SANDBOX.handler(
            "const r = await fetch('http://x/echo'); return new"
                + " Response(r.headers.get('x-service'))");
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("none");
  }

  @Test
  void aRequestSaysWhoAsksForWhatUnlessTheFunctionDid() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const own = { accept: 'text/plain', 'user-agent': 'mine' };
            const passedOn = new Request('http://x/echo', request);
            const said = [];
            for (const [input, init] of [['http://x/echo'], ['http://x/echo', { headers: own }], [passedOn]]) {
              const { headers } = await fetch(input, init);
              said.push(headers.get('x-accept'), headers.get('x-agent'));
            }
            return new Response([...said, navigator.userAgent].join(' '));
            """);
    assertThat(SANDBOX.get(function, "/").end().text())
        .isEqualTo("*/* Brink text/plain mine */* test Brink");
  }

  @Test
  void bodiesStreamThroughWithoutBeingHeld() {
    LoadedFunction proxy = SANDBOX.handler("return env.API.fetch('http://api/echo', request)");
    byte[] chunk = new byte[64 << 10];
    Answered answered = SANDBOX.post(proxy, Feed.of(chunk, 200)).end();
    assertThat(answered.status()).isEqualTo(200);
    assertThat(answered.bytes()).hasSize(200 * chunk.length);
    assertThat(answered.report().bytesOut()).isEqualTo(200L * chunk.length);
  }

  @Test
  void aGuestsStreamIsTheRequestsBody() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const body = ReadableStream.from(['a', 'b', 'c']).pipeThrough(new TextEncoderStream());
            const answer = await env.API.fetch('http://api/echo', { method: 'POST', body, duplex: 'half' });
            return new Response(await answer.text());
            """);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("POST http://api/echo null abc");
  }

  @Test
  void anAbortCancelsTheRequest() {
    int before = ORIGIN.cancelled.get();
    LoadedFunction function =
        SANDBOX.handler(
            """
            const controller = new AbortController();
            const answer = env.API.fetch('http://api/never', { signal: controller.signal });
            setTimeout(() => controller.abort(), 5);
            try { await answer } catch (e) { return new Response(e.name) }
            """);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("AbortError");
    assertThat(ORIGIN.cancelled).hasValue(before + 1);
  }

  @Test
  void theEndOfAnInvocationCancelsWhatItLeft() {
    int before = ORIGIN.cancelled.get();
    LoadedFunction function =
        SANDBOX.handler("env.API.fetch('http://api/never'); return new Response('done')");
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("done");
    assertThat(ORIGIN.cancelled).hasValue(before + 1);
  }

  @Test
  void bodiesGatheredAtOnceAreBoundedTogether() {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const messages = [];
            const refused = Promise.withResolvers();
            const one = async () => {
              try {
                return (await (await env.API.fetch('http://api/slow')).arrayBuffer()).byteLength;
              } catch (error) {
                if (messages.push(error.message) === 2) refused.resolve();
                return 'refused';
              }
            };
            const all = [one(), one(), one(), one(), one()];
            await refused.promise;
            await env.API.fetch('http://api/finish').catch(() => null);
            const ends = await Promise.all(all);
            const next = one();
            await env.API.fetch('http://api/finish').catch(() => null);
            return new Response([...ends.sort(), await next, ...new Set(messages)].join());
            """);
    assertThat(SANDBOX.get(function, "/").end().text())
        .isEqualTo(
            "20971520,20971520,20971520,refused,refused,20971520,the bodies being read are larger"
                + " than 67108864 bytes together: read them as streams");
  }

  @ParameterizedTest
  @ValueSource(strings = {"refused", "broken", "never", "ignored"})
  void aBodyThatNobodyTookIsReleased(String how) {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const body = 'x'.repeat(400_000);
            for (let i = 0; i < 30; i++) {
              for (const each of [body, new Uint8Array(400_000)]) {
                const controller = new AbortController();
                const answer = env.API.fetch('http://api/%s', { method: 'POST', body: each, signal: controller.signal });
                await null;
                if ('%s' === 'never') controller.abort();
                await answer.catch(() => null);
              }
            }
            return new Response('tried');
            """
                .formatted(how, how));
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("tried");
    long before = pooledBytes();
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("tried");
    assertThat(pooledBytes() - before).isLessThan(10L << 20);
  }

  /**
   * What came in and goes on in a request that nobody carries out is cancelled where it comes from.
   */
  @ParameterizedTest
  @ValueSource(strings = {"refused", "broken", "never", "ignored"})
  void aStreamThatNobodyTookIsCancelled(String how) {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const { body } = await env.API.fetch('http://api/slow');
            const controller = new AbortController();
            const { signal } = controller;
            const both = [request, new Request('http://api/', { method: 'POST', body })];
            const sent = both.map((one) => env.API.fetch('http://api/%s', { method: 'POST', body: one.body, signal }));
            setTimeout(() => controller.abort(), 1);
            await Promise.allSettled(sent);
            return new Response('tried');
            """
                .formatted(how));
    ORIGIN.slow.clear();
    var upload = new QueuedBody();
    assertThat(SANDBOX.post(function, upload).end().text()).isEqualTo("tried");
    assertThat(upload.cancelled()).isTrue();
    assertThat(ORIGIN.slow).singleElement().matches(QueuedBody::cancelled);
  }

  /** Whether the host reads what it was to send, or never began: the source hears why. */
  @ParameterizedTest
  @ValueSource(strings = {"echo", "never"})
  void theSourceOfAnAbortedUploadHearsTheReason(String how) {
    LoadedFunction function =
        SANDBOX.handler(
            """
            const controller = new AbortController();
            let heard;
            const cancelled = new Promise((resolve) => { heard = resolve; });
            const body = new ReadableStream({
              pull: (to) => scheduler.wait(1).then(() => to.enqueue(new Uint8Array(9))),
              cancel: heard,
            });
            const sent = env.API.fetch('http://api/%s', { method: 'POST', body, signal: controller.signal });
            await scheduler.wait(5);
            controller.abort('enough');
            return new Response(`${await sent.catch(String)} ${await cancelled}`);
            """
                .formatted(how));
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo("enough enough");
  }

  private static long pooledBytes() {
    ByteBufAllocatorMetric metric =
        ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric();
    return metric.usedDirectMemory() + metric.usedHeapMemory();
  }

  /**
   * Answers {@code /echo} with what it was sent, {@code /ignored} without a look at it, {@code
   * /never} not at all, {@code /slow} when asked to finish.
   */
  private static final class Origin implements Subrequests {
    final AtomicInteger cancelled = new AtomicInteger();
    final List<QueuedBody> slow = new CopyOnWriteArrayList<>();

    @Override
    public Cancellable fetch(Subrequest asked, Listener listener) {
      if (asked.request().uri().endsWith("/never")) {
        return cancelled::incrementAndGet;
      }
      if (asked.request().uri().endsWith("/slow")) {
        var body = new QueuedBody();
        body.write(Unpooled.wrappedBuffer(new byte[20 << 20]));
        slow.add(body);
        listener.onResponse(
            new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), body);
        return () -> {};
      }
      if (asked.request().uri().endsWith("/finish")) {
        slow.forEach(QueuedBody::end);
        listener.onFailure("finished");
        return () -> {};
      }
      if (asked.request().uri().endsWith("/refused")) {
        listener.onFailure("refused");
        return () -> {};
      }
      if (asked.request().uri().endsWith("/ignored")) {
        listener.onResponse(
            new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), null);
        return () -> {};
      }
      if (asked.request().uri().endsWith("/broken")) {
        throw new IllegalStateException("broken");
      }
      Flow.@Nullable Publisher<ByteBuf> body = asked.body();
      if (body instanceof RelayBody) {
        listener.onResponse(
            new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), body);
        return () -> {};
      }
      var _ =
          collect(body)
              .thenAccept(
                  text -> {
                    var request = asked.request();
                    String shown =
                        request.method()
                            + " "
                            + request.uri()
                            + " "
                            + request.headers().get("x-a")
                            + " "
                            + text;
                    var response =
                        new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1,
                            HttpResponseStatus.NON_AUTHORITATIVE_INFORMATION,
                            Unpooled.copiedBuffer(shown, StandardCharsets.UTF_8));
                    String service = asked.service();
                    response.headers().set("x-service", service == null ? "none" : service);
                    response.headers().set("x-accept", request.headers().getAll("accept"));
                    response.headers().set("x-agent", request.headers().getAll("user-agent"));
                    listener.onResponse(response, null);
                  });
      return () -> {};
    }

    private static CompletableFuture<String> collect(Flow.@Nullable Publisher<ByteBuf> body) {
      var whole = new CompletableFuture<String>();
      if (body == null) {
        whole.complete("");
        return whole;
      }
      List<String> parts = new CopyOnWriteArrayList<>();
      body.subscribe(
          new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuf part) {
              parts.add(part.toString(StandardCharsets.UTF_8));
              part.release();
            }

            @Override
            public void onError(Throwable failure) {
              whole.completeExceptionally(failure);
            }

            @Override
            public void onComplete() {
              whole.complete(String.join("", parts));
            }
          });
      return whole;
    }
  }
}
