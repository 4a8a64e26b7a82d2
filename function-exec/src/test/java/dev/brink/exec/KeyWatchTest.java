package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The watches of a namespace as a function sees them. */
class KeyWatchTest {
  private static final Host HOST = new Host();
  private static final Sandbox SANDBOX = Sandbox.of(Map.of("STORE", HOST));

  private static final String TWO =
      "{\"type\":\"put\",\"key\":\"ä\",\"version\":\"7\"}\n{\"type\":\"delete\",\"key\":\"b\"}\n";

  @BeforeEach
  void forget() {
    HOST.calls.clear();
    HOST.failure = null;
    HOST.later = null;
    HOST.bare = false;
    HOST.onDelete = () -> {};
  }

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void eventsComeInOrderAndABreakEndsIt() {
    var changes = HOST.next(TWO, "{\"type\":\"missed\"}\n");
    assertThat(
            SANDBOX.eval(
                """
                const seen = [];
                for await (const event of env.STORE.watch({ prefix: 'p' })) {
                  seen.push(event);
                  if (event.type === 'missed') break;
                }
                return JSON.stringify(seen);
                """))
        .isEqualTo(
            "[{\"key\":\"ä\",\"type\":\"put\",\"version\":\"7\"},"
                + "{\"key\":\"b\",\"type\":\"delete\",\"version\":null},"
                + "{\"key\":null,\"type\":\"missed\",\"version\":null}]");
    assertThat(HOST.calls).containsExactly("watch {\"prefix\":\"p\"}");
    Sandbox.await("it is cancelled", () -> changes.cancelled);
  }

  /** In the middle of an invocation that goes on, so that nothing else can have ended it. */
  @Test
  void returnEndsWhatWaits() {
    var changes = HOST.next(TWO);
    HOST.onDelete = () -> Sandbox.await("it is cancelled", () -> changes.cancelled);
    assertThat(
            SANDBOX.eval(
                """
                const watch = env.STORE.watch();
                await watch.ready;
                await watch.next();
                await watch.next();
                const waiting = [watch.next(), watch.next()];
                const returned = await watch.return('x');
                const ended = [returned, ...await Promise.all(waiting), await watch.next()];
                await env.STORE.delete('k');
                return JSON.stringify(ended);
                """))
        .isEqualTo(
            "[{\"value\":\"x\",\"done\":true},{\"done\":true},{\"done\":true},{\"done\":true}]");
  }

  @Test
  void aSignalEndsItWithItsReason() {
    var changes = HOST.next();
    assertThat(
            SANDBOX.eval(
                """
                const control = new AbortController();
                const watch = env.STORE.watch({ signal: control.signal });
                await watch.ready;
                const waiting = watch.next();
                control.abort(new Error('enough'));
                const said = await waiting.catch((e) => e.message);
                return said + ' ' + (await watch.next()).done;
                """))
        .isEqualTo("enough true");
    Sandbox.await("it is cancelled", () -> changes.cancelled);
    HOST.calls.clear();
    assertThat(
            SANDBOX.eval(
                """
                const watch = env.STORE.watch({ signal: AbortSignal.abort('before') });
                return await watch.ready.catch((e) => e) + ' ' + await watch.next().catch((e) => e);
                """))
        .isEqualTo("before before");
    assertThat(HOST.calls).isEmpty();
  }

  @Test
  void oneThatIsForgottenEndsWithItsInvocation() {
    var changes = HOST.next(TWO);
    assertThat(SANDBOX.eval("await env.STORE.watch().ready; return 'forgotten'"))
        .isEqualTo("forgotten");
    Sandbox.await("it is cancelled", () -> changes.cancelled);
  }

  @Test
  void oneThatIsReadEndsWithItsInvocation() {
    var changes = HOST.next();
    assertThat(SANDBOX.eval("const w = env.STORE.watch(); await w.ready; w.next(); return 'left'"))
        .isEqualTo("left");
    Sandbox.await("it is cancelled", () -> changes.cancelled);
  }

  @Test
  void oneThatBeginsTooLateIsEnded() {
    var late = new CompletableFuture<BindingReply>();
    HOST.later = late;
    var changes = new Changes(List.of());
    assertThat(SANDBOX.eval("env.STORE.watch(); return 'did not wait'")).isEqualTo("did not wait");
    late.complete(BindingReply.of("{}", changes));
    Sandbox.await("it is cancelled", () -> changes.cancelled);

    var returned = new CompletableFuture<BindingReply>();
    var more = new Changes(List.of());
    HOST.later = returned;
    HOST.onDelete =
        () -> {
          returned.complete(BindingReply.of("{}", more));
          Sandbox.await("it is cancelled", () -> more.cancelled);
        };
    assertThat(
            SANDBOX.eval(
                """
                const watch = env.STORE.watch();
                await watch.return();
                await env.STORE.delete('k');
                return (await watch.next()).done;
                """))
        .isEqualTo("true");
  }

  @Test
  void theWallLimitEndsIt() {
    var changes = HOST.next();
    LoadedFunction function =
        SANDBOX.load(
            "export default { async fetch(request, env) {"
                + "for await (const event of env.STORE.watch()); return new Response('none') } }",
            new FunctionLimits(
                Duration.ofSeconds(5), Duration.ofMillis(300), 64L << 20, 1L << 40, 1L << 40, 64));
    assertThat(SANDBOX.get(function, "/").end().failure().code())
        .isEqualTo(FunctionException.Code.WALL_LIMIT);
    Sandbox.await("it is cancelled", () -> changes.cancelled);
  }

  @Test
  void aClientThatLeavesEndsIt() {
    var changes = HOST.next();
    LoadedFunction function =
        SANDBOX.handler("for await (const event of env.STORE.watch()); return new Response('x')");
    var answered = new Answered();
    var running =
        function.invoke(
            Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
            answered);
    Sandbox.await("it is read", () -> changes.requested);
    running.cancel();
    Sandbox.await("it is cancelled", () -> changes.cancelled);
    answered.report();
  }

  @Test
  void refusalsReachTheOneWhoWaits() {
    HOST.failure = BindingException.failed("tenant-watch-limit", "too many", true);
    assertThat(
            SANDBOX.eval(
                """
                const watch = env.STORE.watch();
                const said = [];
                try { for await (const event of watch); } catch (e) { said.push(e.code, e.retryable); }
                try { await watch.ready; } catch (e) { said.push(e.message); }
                return said;
                """))
        .isEqualTo("tenant-watch-limit,true,too many");
    HOST.calls.clear();
    for (String options : List.of("{ prefix: 1 }", "{ prefix: '\\ud800' }", "{ signal: 1 }")) {
      assertThat(
              SANDBOX.eval("try { env.STORE.watch(" + options + ") } catch (e) { return e.name }"))
          .as(options)
          .isEqualTo("TypeError");
    }
    assertThat(HOST.calls).isEmpty();
  }

  /** As where samples are run: there is nothing to watch. */
  @Test
  void oneWithoutChangesEndsAtOnce() {
    HOST.bare = true;
    assertThat(SANDBOX.eval("for await (const e of env.STORE.watch()); return 'over'"))
        .isEqualTo("over");
  }

  /** Notes calls, and gives the next watch what it is told. */
  private static final class Host implements HostBinding {
    final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile Changes changes = new Changes(List.of());
    volatile @Nullable BindingException failure;
    volatile @Nullable CompletionStage<BindingReply> later;
    volatile boolean bare;
    volatile Runnable onDelete = () -> {};

    Changes next(String... buffers) {
      changes = new Changes(List.of(buffers));
      return changes;
    }

    @Override
    public Face face() {
      return Face.KEY_VALUE;
    }

    @Override
    public CompletionStage<BindingReply> call(BindingCall call) {
      calls.add(call.method() + " " + call.arguments());
      if (call.method().equals("delete")) {
        return CompletableFuture.supplyAsync(
            () -> {
              onDelete.run();
              return BindingReply.of("{}");
            });
      }
      BindingException wrong = failure;
      if (wrong != null) {
        throw wrong;
      }
      CompletionStage<BindingReply> reply = later;
      return reply != null
          ? reply
          : CompletableFuture.completedFuture(
              bare ? BindingReply.of("{}") : BindingReply.of("{}", changes));
    }
  }

  /** Buffers as they are asked for, then nothing. */
  private static final class Changes implements Flow.Publisher<ByteBuf> {
    private final List<String> buffers;
    private int at;
    volatile boolean requested;
    volatile boolean cancelled;

    Changes(List<String> buffers) {
      this.buffers = buffers;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
      to.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              requested = true;
              for (long left = n; left > 0 && at < buffers.size() && !cancelled; left--) {
                to.onNext(Unpooled.copiedBuffer(buffers.get(at++), StandardCharsets.UTF_8));
              }
            }

            @Override
            public void cancel() {
              cancelled = true;
            }
          });
    }
  }
}
