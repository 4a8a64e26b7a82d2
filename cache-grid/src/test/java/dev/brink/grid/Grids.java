package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.grid.GridUnavailableException.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Real grids on loopback for one test, closed with it. */
final class Grids implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final Duration START = Duration.ofMinutes(3);

  private final Path directory;
  private final List<Grid> started = new ArrayList<>();

  Grids(Path directory) {
    this.directory = directory;
  }

  /** The members 1 to {@code count} of one grid, all of which see each other. */
  static Grids joined(Path directory, int count) {
    Grids grids = new Grids(directory);
    try {
      for (int n = 1; n <= count; n++) {
        grids.start(n, grids.started.stream().limit(1).toArray(Grid[]::new));
      }
      awaitMembers(count, grids.started.toArray(Grid[]::new));
    } catch (RuntimeException | AssertionError e) {
      grids.close();
      throw e;
    }
    return grids;
  }

  /** The {@code n}th that was started, from 1 on. */
  Grid member(int n) {
    return started.get(n - 1);
  }

  /**
   * Options of a node with the id {@code 00000000-0000-0000-0000-00000000000n}; a patient one, as
   * on a machine that is busy a member may be silent for seconds and be well.
   */
  GridBuilder options(int n) {
    return Grid.builder()
        .nodeId(id(n))
        .name("node" + n)
        .network(NetworkPreset.WAN)
        .startTimeout(START)
        .writeTimeout(Duration.ofSeconds(30))
        .workDirectory(directory.resolve("node" + n));
  }

  /** Starts a node with these as seeds. */
  Grid start(int n, Grid... seeds) {
    return start(options(n).seeds(addresses(seeds)));
  }

  Grid start(GridBuilder options) {
    Grid grid = options.start();
    synchronized (started) {
      started.add(grid);
    }
    return grid;
  }

  CompletableFuture<Grid> startAsync(GridBuilder options) {
    CompletableFuture<Grid> grid = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                grid.complete(start(options));
              } catch (RuntimeException e) {
                grid.completeExceptionally(e);
              }
            });
    return grid;
  }

  /** Waits as long as a start may take, which on a machine that is busy is longer than a call. */
  static Grid started(CompletableFuture<Grid> starting) throws Exception {
    return starting.get(START.plus(PATIENCE).toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    List<Thread> closers =
        started.reversed().stream().map(grid -> Thread.ofPlatform().start(grid::close)).toList();
    for (Thread closer : closers) {
      try {
        closer.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  static List<String> addresses(Grid... grids) {
    return Arrays.stream(grids).map(grid -> "127.0.0.1:" + grid.discoveryPort()).toList();
  }

  static UUID id(int n) {
    return new UUID(0, n);
  }

  static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  static KeyValue at(Grid grid, String namespace) {
    return grid.keyValue(Namespace.of("default", namespace)).withTimeout(Duration.ofSeconds(20));
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(Grid grid, String map, String key) {
    return grid.map(map)
        .get(key)
        .map(entry -> new String(entry.value(), StandardCharsets.UTF_8))
        .orElse("none");
  }

  /** Why a write was refused. */
  static Reason refusal(CompletionStage<?> refused) {
    return refused(refused).reason();
  }

  /** How a write was refused. */
  static GridUnavailableException refused(CompletionStage<?> refused) {
    CompletableFuture<GridUnavailableException> failed = new CompletableFuture<>();
    var _ =
        refused.whenComplete(
            (result, failure) -> {
              if (failure instanceof GridUnavailableException unavailable) {
                failed.complete(unavailable);
              } else if (failure instanceof CompletionException wrapped
                  && wrapped.getCause() instanceof GridUnavailableException unavailable) {
                failed.complete(unavailable);
              } else {
                failed.completeExceptionally(
                    new AssertionError("no refusal: " + result + ", " + failure));
              }
            });
    return failed.join();
  }

  static void awaitMembers(int count, Grid... grids) {
    for (Grid grid : grids) {
      await(
          grid.self().name() + " sees " + count + " members",
          () -> grid.membership().members().size() == count);
    }
  }

  static void awaitState(GridState state, Grid... grids) {
    for (Grid grid : grids) {
      await(grid.self().name() + " is " + state, () -> grid.state() == state);
    }
  }

  static void awaitText(String expected, String map, String key, Grid... grids) {
    for (Grid grid : grids) {
      await(
          "%s has %s/%s = %s".formatted(grid.self().name(), map, key, expected),
          () -> text(grid, map, key).equals(expected));
    }
  }

  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadline).as(what).isNegative();
      LockSupport.parkNanos(5_000_000);
    }
  }
}
