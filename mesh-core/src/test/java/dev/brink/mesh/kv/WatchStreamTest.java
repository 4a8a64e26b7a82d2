package dev.brink.mesh.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.grid.Grid;
import dev.brink.grid.KeyValue;
import dev.brink.grid.Namespace;
import dev.brink.grid.NetworkPreset;
import dev.brink.grid.WriteOptions;
import dev.brink.mesh.function.ReadTally;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of functions' watches, on a grid of one. */
class WatchStreamTest {
  @TempDir static Path directory;
  private static Grid grid;
  private static Namespaces namespaces;

  @BeforeAll
  static void start() {
    grid =
        Grid.builder()
            .network(NetworkPreset.LOCAL)
            .startTimeout(Duration.ofMinutes(2))
            .writeTimeout(Duration.ofSeconds(30))
            .workDirectory(directory)
            .start();
    namespaces = new Namespaces(() -> grid, new ReadTally());
  }

  @AfterAll
  static void stop() {
    grid.close();
  }

  @Test
  void onlyTheNamespaceAndThePrefixAreHeardInOrder() {
    try (Watching watching = watch("t", "r1", "a")) {
      watching.request(100);
      put(keys("other"), "a-of-another-tenant");
      put(keys("t"), "b");
      put(keys("t"), "a1");
      watching.await("put a1");
      join(keys("t").delete("a1"));
      watching.await("delete a1");
      join(
          keys("t")
              .put("a2", new byte[0], WriteOptions.none().expiringAfter(Duration.ofMillis(1))));
      watching.await("delete a2");
      assertThat(watching.heard.stream().filter(line -> !line.equals("put a2")))
          .containsExactly("put a1", "delete a1", "delete a2");
    }
  }

  @Test
  void whoIsSlowHearsTheLastOfEachKeyAndWhatWasMissed() {
    long missed = namespaces.watches().missed();
    try (Watching slow = watch("t", "r2", "s");
        Watching quick = watch("t", "r2", "s")) {
      quick.request(Long.MAX_VALUE);
      String version = "";
      for (int i = 0; i < 3; i++) {
        version = put(keys("t"), "s-first");
      }
      for (int i = 0; i < WatchStream.MAX_KEYS + 10; i++) {
        put(keys("t"), "s" + i);
      }
      put(keys("t"), "s-last");
      quick.await("put s-last");
      Watching.until("it has missed some", () -> namespaces.watches().missed() > missed);
      slow.request(1);
      Watching.until("some are told", () -> !slow.heard.isEmpty());
      assertThat(slow.heard.peek()).isEqualTo("put s-first");
      assertThat(slow.versions.peek()).isEqualTo(version);
      slow.request(1_000);
      slow.await("missed null");
      // Those that were kept, and after them that there were more.
      assertThat(List.copyOf(slow.heard).indexOf("missed null"))
          .isGreaterThanOrEqualTo(WatchStream.MAX_KEYS);
      put(keys("t"), "s-later");
      slow.await("put s-later");
    }
  }

  @Test
  void eachHasItsShare() {
    Watching.until("the others have ended", () -> namespaces.watches().open() == 0);
    List<Watching> open = new ArrayList<>();
    try {
      for (int i = 0; i < WatchPlaces.PER_INVOCATION; i++) {
        open.add(watch("t0", "r", ""));
      }
      assertRefused("t0", "r", "invocation-watch-limit", false);
      int before = namespaces.watches().open();
      open.removeLast().close();
      Watching.until("its place is free", () -> namespaces.watches().open() < before);
      open.add(watch("t0", "r", ""));
      for (int i = open.size(); i < WatchPlaces.PER_TENANT; i++) {
        open.add(watch("t0", "r" + i, ""));
      }
      assertRefused("t0", "more", "tenant-watch-limit", true);
      for (int i = open.size(); i < WatchPlaces.PER_NODE; i++) {
        open.add(watch("t" + i / WatchPlaces.PER_TENANT, "r" + i, ""));
      }
      assertThat(namespaces.watches().open()).isEqualTo(WatchPlaces.PER_NODE);
      assertRefused("t9", "r", "watch-limit", true);
      for (WatchPlaces.Limit limit : WatchPlaces.Limit.values()) {
        assertThat(namespaces.watches().refused(limit)).isEqualTo(1);
      }
    } finally {
      open.forEach(Watching::close);
    }
    Watching.until("all places are free", () -> namespaces.watches().open() == 0);
    watch("t0", "r", "").close();
  }

  private static void assertRefused(
      String tenant, String requestId, String code, boolean retryable) {
    assertThatThrownBy(() -> watch(tenant, requestId, ""))
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            BindingException.class,
            e -> {
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.retryable()).isEqualTo(retryable);
            });
  }

  private static KeyValue keys(String tenant) {
    return grid.keyValue(Namespace.of(tenant, "n")).withTimeout(Duration.ofSeconds(20));
  }

  private static String put(KeyValue keys, String key) {
    return join(keys.put(key, new byte[0], WriteOptions.none())).toString();
  }

  private static <T> T join(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  private static Watching watch(String tenant, String requestId, String prefix) {
    var binding = new NamespaceBinding(Namespace.of(tenant, "n"), namespaces);
    var call =
        new BindingCall(
            "watch",
            "{\"prefix\":\"" + prefix + "\"}",
            null,
            tenant + "/f",
            requestId,
            System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
    var watching = new Watching();
    Objects.requireNonNull(join(binding.call(call)).body(), "body").subscribe(watching);
    return watching;
  }

  /** What a watch tells, as {@code TYPE KEY}, as it is asked for. */
  private static final class Watching implements Flow.Subscriber<ByteBuf>, AutoCloseable {
    final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    final ConcurrentLinkedQueue<String> versions = new ConcurrentLinkedQueue<>();
    private Flow.@Nullable Subscription from;

    void request(long n) {
      Objects.requireNonNull(from, "from").request(n);
    }

    void await(String line) {
      until(line, () -> heard.contains(line));
    }

    private static void until(String what, BooleanSupplier condition) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!condition.getAsBoolean()) {
        if (System.nanoTime() - end > 0) {
          throw new AssertionError("never happened: " + what);
        }
        LockSupport.parkNanos(1_000_000);
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      from = subscription;
    }

    @Override
    public void onNext(ByteBuf buffer) {
      String lines = buffer.toString(StandardCharsets.UTF_8);
      buffer.release();
      assertThat(lines).endsWith("\n");
      for (String line : lines.strip().split("\n", -1)) {
        heard.add(part(line, "type") + " " + part(line, "key"));
        String version = part(line, "version");
        if (version != null) {
          versions.add(version);
        }
      }
    }

    private static @Nullable String part(String line, String name) {
      String before = "\"" + name + "\":\"";
      int at = line.indexOf(before);
      return at < 0
          ? null
          : line.substring(at + before.length(), line.indexOf('"', at + before.length()));
    }

    @Override
    public void onError(Throwable failure) {
      throw new AssertionError(failure);
    }

    @Override
    public void onComplete() {
      throw new AssertionError("ended");
    }

    @Override
    public void close() {
      Objects.requireNonNull(from, "from").cancel();
    }
  }
}
