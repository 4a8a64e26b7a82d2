package dev.brink.grid;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Prints what key-value calls cost here, between this process and another one, which holds the
 * backup or the primary of each key: a local read, a consistent read, a put, a compare-and-set, a
 * counter, a value of 1 MiB, and a page of many keys. Run it with the flags of a Brink JVM; see
 * docs/testing.md.
 */
final class KeyValueFigures {
  private static final int WARM_UP = 20_000;
  private static final int ROUNDS = 10_000;
  private static final int KEYS = 1_000;

  private KeyValueFigures() {}

  /** One call. */
  private interface Call {
    void run(int i) throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    System.setProperty(NodeProcess.FIGURES, "");
    Path directory = Files.createTempDirectory("kv-figures");
    try (Grids grids = new Grids(directory)) {
      Grid here = grids.start(grids.options(1).keyValueBytes(NodeProcess.FIGURES_BYTES));
      try (NodeProcess there = NodeProcess.start(2, directory, Grids.addresses(here).getFirst())) {
        Grids.awaitMembers(2, here);
        KeyValue at = here.keyValue(Namespace.of("default", "figures"));
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
          keys.add("key" + i);
          Grids.get(at.put(keys.get(i), new byte[200]));
        }
        ReadMode anAge = ReadMode.within(Duration.ofHours(1));
        byte[] value = new byte[200];
        byte[] large = new byte[1 << 20];
        WriteOptions none = WriteOptions.none();
        measure("local get", ROUNDS * 10, i -> Grids.get(at.get(keys.get(i % KEYS), anAge)));
        measure("consistent get", ROUNDS, i -> Grids.get(at.get(keys.get(i % KEYS))));
        measure("put of 200 bytes", ROUNDS, i -> Grids.get(at.put(keys.get(i % KEYS), value)));
        measure("increment", ROUNDS / 4, i -> Grids.get(at.increment("n" + i % 100, 1, none)));
        measure("put of 1 MiB", 200, i -> Grids.get(at.put("large" + i % 10, large)));
        measure("get of 1 MiB", 200, i -> Grids.get(at.get("large" + i % 10)));
        measure(
            "page of 100 of " + (KEYS + 110) + " keys",
            200,
            i -> Grids.get(at.list("key", Optional.empty(), 100)));
        print("members: %d", there.members());
      }
    }
  }

  private static void measure(String what, int rounds, Call call) throws Exception {
    int warmUp = Math.min(WARM_UP, rounds * 2);
    for (int i = 0; i < warmUp; i++) {
      call.run(i);
    }
    long[] nanos = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      long begun = System.nanoTime();
      call.run(i);
      nanos[i] = System.nanoTime() - begun;
    }
    Arrays.sort(nanos);
    print(
        "%s: p50 %.1f us, p99 %.1f us",
        what, nanos[rounds / 2] / 1e3, nanos[rounds * 99 / 100] / 1e3);
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(format.formatted(values));
  }
}
