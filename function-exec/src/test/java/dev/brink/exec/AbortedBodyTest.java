package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.stream.RelayBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fetch that is aborted once its response's head has come. */
class AbortedBodyTest {
  private final Origin origin = new Origin();
  private final Sandbox sandbox = Sandbox.of(origin);

  @AfterEach
  void close() {
    sandbox.close();
  }

  private String run(String script) {
    String answer =
        sandbox
            .get(
                sandbox.handler(
                    """
                    const controller = new AbortController();
                    const { signal } = controller;
                    const begun = () => env.API.fetch('http://api/begun', { signal });
                    const outcome = (promise) => promise.then((value) => 'got ' + value, (error) => String(error));
                    """
                        + script),
                "/")
            .end()
            .text();
    assertThat(sandbox.console).isEmpty();
    return answer;
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "json", "arrayBuffer", "bytes", "blob"})
  void oneThatIsReadWhole(String how) {
    String answer =
        run(
            """
            const answer = await begun();
            const whole = outcome(answer.%s());
            await scheduler.wait(1);
            controller.abort('enough');
            return new Response([await whole, answer.bodyUsed, await outcome(answer.text())].join());
            """
                .formatted(how));
    assertThat(answer).isEqualTo("enough,true,TypeError: the body was read before, or is locked");
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @Test
  void whatWasGatheredOfItIsNotCountedOn() {
    String answer =
        run(
            """
            const ends = [];
            for (let i = 0; i < 5; i++) {
              const own = new AbortController();
              const whole = (await env.API.fetch('http://api/large', { signal: own.signal })).arrayBuffer();
              await scheduler.wait(1);
              own.abort(i);
              ends.push(await outcome(whole));
              await scheduler.wait(1);
            }
            return new Response(ends.join());
            """);
    assertThat(answer).isEqualTo("0,1,2,3,4");
  }

  @Test
  void readersThatWait() {
    String answer =
        run(
            """
            const reader = (await begun()).body.getReader();
            const first = new TextDecoder().decode((await reader.read()).value);
            const byob = (await begun()).body.getReader({ mode: 'byob' });
            await byob.read(new Uint8Array(8));
            const ends = [reader.read(), reader.read(), reader.closed, byob.read(new Uint8Array(8))].map(outcome);
            const events = [];
            signal.onabort = () => events.push('event');
            controller.abort();
            const names = (await Promise.all(ends)).map((end) => end.split(':')[0]);
            return new Response([first, ...names, ...events, signal.reason === await reader.read().catch((e) => e)].join());
            """);
    assertThat(answer).isEqualTo("begun,AbortError,AbortError,AbortError,AbortError,event,true");
    assertThat(origin.begun).hasSize(2).allMatch(QueuedBody::cancelled);
  }

  @Test
  void beforeItIsRead() {
    String answer =
        run(
            """
            const [text, stream, cancelled] = await Promise.all([begun(), begun(), begun()]);
            controller.abort('early');
            const before = text.bodyUsed;
            return new Response([
              before, await outcome(text.text()), text.bodyUsed, stream.body.locked,
              await outcome(stream.body.getReader().read()), await outcome(cancelled.body.cancel()),
            ].join());
            """);
    assertThat(answer).isEqualTo("false,early,true,false,early,early");
    assertThat(origin.begun).hasSize(3).allMatch(QueuedBody::cancelled);
  }

  @Test
  void afterItsEndNothingIsChanged() {
    String answer =
        run(
            """
            const whole = (path) => env.API.fetch('http://api/' + path, { signal });
            const read = await whole('whole');
            const texts = [await read.text(), await (await whole('ended')).text()];
            const streamed = await whole('ended');
            const reader = streamed.body.getReader();
            while (!(await reader.read()).done);
            controller.abort('late');
            return new Response([...texts, await outcome(reader.read().then((end) => end.done)), await outcome(reader.closed)].join());
            """);
    assertThat(answer).isEqualTo("whole,begun,got true,got undefined");
  }

  @Test
  void clonesFailWithIt() {
    String answer =
        run(
            """
            const answer = await begun();
            const copy = answer.clone();
            const [one, two] = (await begun()).body.tee();
            const reader = two.getReader();
            const ends = [answer.text(), copy.text(), new Response(one).text(), reader.read().then(() => reader.read())];
            await scheduler.wait(1);
            controller.abort('both');
            return new Response((await Promise.all(ends.map(outcome))).join());
            """);
    assertThat(answer).isEqualTo("both,both,both,both");
    assertThat(origin.begun).hasSize(2).allMatch(QueuedBody::cancelled);
  }

  @Test
  void theBodyOfARequestThatTookIt() {
    String answer =
        run(
            """
            const { body } = await begun();
            const first = new Request('http://api/', { method: 'POST', body });
            const second = new Request(first);
            const whole = outcome(second.text());
            controller.abort('taken');
            return new Response(await whole);
            """);
    assertThat(answer).isEqualTo("taken");
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @Test
  void oneThatNobodyTouchedIsPassedOnAsItCame() {
    var publishers = new CopyOnWriteArrayList<Flow.Publisher<ByteBuf>>();
    Answered answered =
        new Answered() {
          @Override
          public void onResponse(
              HttpResponse response, Flow.@Nullable Publisher<ByteBuf> stream, Timing timing) {
            if (stream != null) {
              publishers.add(stream);
            }
            super.onResponse(response, stream, timing);
          }
        };
    LoadedFunction proxy =
        sandbox.handler("return env.API.fetch('http://api/ended', { signal: request.signal })");
    proxy.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
        answered);
    assertThat(answered.end().text()).isEqualTo("begun");
    assertThat(answered.report().outcome()).isNull();
    assertThat(publishers).singleElement().isInstanceOf(RelayBody.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "answer",
        "new Response(answer.body, answer)",
        "touched(answer)",
        "answer.clone()"
      })
  void oneThatWasPassedOnIsCutOff(String response) {
    LoadedFunction function =
        sandbox.handler(
            """
            const controller = new AbortController();
            const touched = (response) => response.body && response;
            const answer = await env.API.fetch('http://api/begun', { signal: controller.signal });
            ctx.waitUntil(env.API.fetch('http://api/reached').then(() => controller.abort()));
            return %s;
            """
                .formatted(response));
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.status()).isEqualTo(200);
    origin.reached.complete(null);
    assertThatThrownBy(answered::bytes).isInstanceOf(Throwable.class);
    assertThat(answered.end().report().outcome()).isNotNull();
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @ParameterizedTest
  @ValueSource(strings = {"answer", "new Response(answer.body)", "new Response('x')"})
  void oneThatIsAbortedBeforeItIsPassedOnIsNotAnEmptyOne(String response) {
    LoadedFunction function =
        sandbox.handler(
            """
            const controller = new AbortController();
            const answer = await env.API.fetch('http://api/begun', { signal: controller.signal });
            controller.abort();
            return %s;
            """
                .formatted(response));
    Answered answered = sandbox.get(function, "/");
    if (response.contains("'x'")) {
      assertThat(answered.text()).isEqualTo("x");
    } else {
      assertThatThrownBy(answered::bytes).isInstanceOf(Throwable.class);
    }
    answered.end();
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @Test
  void oneThatIsSentOnFailsThere() {
    String answer =
        run(
            """
            const { body } = await begun();
            const sent = env.API.fetch('http://api/upload', { method: 'POST', body });
            await scheduler.wait(1);
            controller.abort();
            return new Response(await (await sent).text());
            """);
    assertThat(answer).isEqualTo("the fetch was aborted");
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @Test
  void oneThatIsSentOnAndRefusedIsLetGo() {
    String answer =
        run(
            """
            const { body } = await begun();
            return new Response(await outcome(env.API.fetch('http://api/refused', { method: 'POST', body })));
            """);
    assertThat(answer).isEqualTo("TypeError: refused");
    assertThat(origin.begun).singleElement().matches(QueuedBody::cancelled);
  }

  @Test
  void aSignalThatLivesOnKeepsNothingOfAnInvocationThatHasEnded() {
    LoadedFunction function =
        sandbox.load(
            """
            const controller = new AbortController();
            export default { async fetch(request, env) {
              if (request.url.endsWith('/abort')) {
                controller.abort();
                return new Response('aborted');
              }
              return env.API.fetch('http://api/ended', { signal: controller.signal });
            } }
            """);
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("begun");
    assertThat(sandbox.get(function, "/abort").end().text()).isEqualTo("aborted");
    assertThat(origin.begun).noneMatch(QueuedBody::cancelled);
  }

  /** Leaves room for two more operations. */
  private static final String NEARLY_FULL =
      "for (let i = 0; i < 9998; i++) setTimeout(() => undefined, 1e6);";

  @Test
  void oneThatNobodyReadsTakesNoPlaceAmongWhatIsWaitedFor() {
    String answer =
        run(
            NEARLY_FULL
                + """
                const answers = [];
                for (let i = 0; i < 5; i++) answers.push(await begun());
                await scheduler.wait(1);
                controller.abort('unread');
                return new Response([await outcome(answers[0].text()), await outcome(answers[4].text())].join());
                """);
    assertThat(answer).isEqualTo("unread,unread");
    assertThat(origin.begun).hasSize(5).allMatch(QueuedBody::cancelled);
  }

  @ParameterizedTest
  @ValueSource(strings = {"broken", "breaking"})
  void oneThatBreaksOffHasEnded(String path) {
    String answer =
        run(
            NEARLY_FULL
                + """
                const ends = [];
                for (let i = 0; i < 5; i++) {
                  const answer = await env.API.fetch('http://api/%s', { signal });
                  ends.push(await outcome(answer.body.getReader().read()));
                }
                await scheduler.wait(1);
                controller.abort('late');
                return new Response([...new Set(ends)].join());
                """
                    .formatted(path));
    assertThat(answer).isEqualTo("TypeError: the body ended early");
  }

  /**
   * Answers {@code /begun} with a body that goes on for ever, {@code /large} with a large part of
   * one, {@code /ended} with one that has come, {@code /whole} at once, {@code /upload} with how
   * what it is sent ended, {@code /reached} when the test says, {@code /broken} with a body that
   * fails as soon as it is asked for, {@code /breaking} with one that fails later.
   */
  private static final class Origin implements Subrequests {
    final List<QueuedBody> begun = new CopyOnWriteArrayList<>();
    final CompletableFuture<@Nullable Void> reached = new CompletableFuture<>();

    @Override
    public Cancellable fetch(Subrequest asked, Listener listener) {
      String uri = asked.request().uri();
      String path = uri.substring(uri.lastIndexOf('/') + 1);
      switch (path) {
        case "refused" -> listener.onFailure("refused");
        case "reached" -> {
          var _ = reached.thenAccept(_ -> answer(listener, "reached"));
        }
        case "whole" -> answer(listener, "whole");
        case "upload" -> collect(asked, listener);
        case "broken" -> answer(listener, failing(Runnable::run));
        case "breaking" -> answer(listener, failing(Thread::startVirtualThread));
        default -> {
          var body = new QueuedBody();
          begun.add(body);
          body.write(path.equals("large") ? pooled(new byte[20 << 20]) : pooled(bytes("begun")));
          if (path.equals("ended")) {
            body.end();
          }
          answer(listener, body);
        }
      }
      return () -> {};
    }

    private static void answer(Listener listener, String text) {
      listener.onResponse(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.OK, pooled(bytes(text))),
          null);
    }

    private static void answer(Listener listener, Flow.Publisher<ByteBuf> body) {
      listener.onResponse(
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK), body);
    }

    /** A body that fails when it is asked for, in what {@code runner} runs. */
    private static Flow.Publisher<ByteBuf> failing(Executor runner) {
      return to ->
          to.onSubscribe(
              new Flow.Subscription() {
                private final AtomicBoolean asked = new AtomicBoolean();

                @Override
                public void request(long n) {
                  if (asked.compareAndSet(false, true)) {
                    runner.execute(() -> to.onError(new IOException("broken off")));
                  }
                }

                @Override
                public void cancel() {
                  asked.set(true);
                }
              });
    }

    private static byte[] bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8);
    }

    /** So that what is not released is seen. */
    private static ByteBuf pooled(byte[] bytes) {
      return PooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes);
    }

    private static void collect(Subrequest asked, Listener listener) {
      Flow.Publisher<ByteBuf> body = asked.body();
      if (body == null) {
        answer(listener, "nothing");
        return;
      }
      body.subscribe(
          new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
              subscription.request(Long.MAX_VALUE);
            }

            @Override
            public void onNext(ByteBuf part) {
              part.release();
            }

            @Override
            public void onError(Throwable failure) {
              answer(listener, String.valueOf(failure.getMessage()));
            }

            @Override
            public void onComplete() {
              answer(listener, "complete");
            }
          });
    }
  }
}
