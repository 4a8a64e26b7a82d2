package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * Prints what a page of 100 keys costs where there are many, between two members in this process:
 * gone through, and by index; what a put costs then, and a key on the heap. Run it with the flags
 * of a Brink JVM; see docs/testing.md.
 */
final class ListFigures {
  private static final int ENTRIES = 200_000;
  private static final int WARM_UP = 3_000;
  private static final int PUTS = 5_000;
  private static final long STORE_BYTES = 512L << 20;

  private ListFigures() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("list-figures");
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).keyValueBytes(STORE_BYTES));
      Grid second =
          grids.start(grids.options(2).keyValueBytes(STORE_BYTES).seeds(Grids.addresses(first)));
      Grids.awaitMembers(2, first, second);
      KeyValue at =
          first.keyValue(Namespace.of("default", "figures")).withTimeout(Duration.ofMinutes(1));
      fill(at);
      limit(0, first, second);
      pages(at, "gone through", 10);
      puts(at, "no index");
      long before = heap();
      for (int i = 0; i < 3; i++) {
        limit(Long.MAX_VALUE / 2, first, second);
        pages(at, "by index, which the first page builds", 200);
      }
      long counted = indexes(first).bytes() + indexes(second).bytes();
      print(
          "heap per key: %.0f bytes, counted as %.0f",
          (double) (heap() - before) / ENTRIES, (double) counted / ENTRIES);
      puts(at, "by index");
      limit(0, first, second);
      puts(at, "no index");
    }
  }

  private static void fill(KeyValue at) throws Exception {
    Semaphore pending = new Semaphore(64);
    CompletableFuture<?> failed = new CompletableFuture<>();
    byte[] value = new byte[200];
    for (int i = 0; i < ENTRIES; i++) {
      pending.acquire();
      var _ =
          at.put(key(i), value)
              .whenComplete(
                  (version, failure) -> {
                    pending.release();
                    if (failure != null) {
                      failed.completeExceptionally(failure);
                    }
                  });
    }
    pending.acquire(64);
    if (failed.isDone()) {
      failed.join();
    }
  }

  private static String key(int i) {
    return "user/%08d/profile".formatted(i);
  }

  private static void pages(KeyValue at, String how, int pages) throws Exception {
    long began = System.nanoTime();
    KeyPage page = Grids.get(at.list("", Optional.empty(), 100));
    double firstMillis = (System.nanoTime() - began) / 1e6;
    long[] nanos = new long[pages];
    for (int i = 0; i < pages; i++) {
      began = System.nanoTime();
      page = Grids.get(at.list("", page.cursor(), 100));
      nanos[i] = System.nanoTime() - began;
    }
    Arrays.sort(nanos);
    print(
        "%s: first page %.1f ms, %d later ones p50 %.2f ms, max %.2f ms",
        how, firstMillis, pages, nanos[pages / 2] / 1e6, nanos[pages - 1] / 1e6);
  }

  private static void puts(KeyValue at, String how) throws Exception {
    put(at, "put of a key that is there, " + how, 0);
    put(at, "put of a new key, " + how, fresh += ENTRIES);
  }

  private static int fresh;

  private static void put(KeyValue at, String what, int from) throws Exception {
    byte[] value = new byte[200];
    long[] nanos = new long[PUTS];
    for (int i = -WARM_UP; i < PUTS; i++) {
      long began = System.nanoTime();
      Grids.get(at.put(key(from + i + WARM_UP), value));
      if (i >= 0) {
        nanos[i] = System.nanoTime() - began;
      }
    }
    Arrays.sort(nanos);
    print(
        "%s: p50 %.1f us, p99 %.1f us", what, nanos[PUTS / 2] / 1e3, nanos[PUTS * 99 / 100] / 1e3);
  }

  private static void limit(long bytes, Grid... grids) {
    for (Grid grid : grids) {
      indexes(grid).limit(bytes);
    }
  }

  private static KeyIndexes indexes(Grid grid) {
    return KeyIndexes.of(
        requireNonNull(((GridNode) grid).engine().session()).namespaces().ignite());
  }

  private static long heap() {
    // What the first one leaves to be freed goes with the second.
    System.gc();
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(format.formatted(values));
  }
}
