package dev.brink.grid;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Prints what the grid costs here: the start alone, a second and a third node's join, a put, and
 * the way from a put at one node to a listener at another. Run it with the flags of a Brink JVM;
 * see docs/testing.md.
 */
final class GridFigures {
  private static final int WARM_UP = 5_000;
  private static final int ROUNDS = 5_000;

  private GridFigures() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("grid-figures");
    try (Grids grids = new Grids(directory)) {
      long started = System.nanoTime();
      Grid first = grids.start(1);
      print("start alone, cold JVM: %.0f ms", millisSince(started));
      rss();
      started = System.nanoTime();
      Grid second = grids.start(2, first);
      print("join of a second node, same JVM: %.0f ms", millisSince(started));
      started = System.nanoTime();
      Grid third = grids.start(3, first);
      print("join of a third node, same JVM: %.0f ms", millisSince(started));
      Grids.awaitMembers(3, first, second, third);
      BlockingQueue<Long> heard = new LinkedBlockingQueue<>();
      second
          .map("figures")
          .listen(
              new MapListener() {
                @Override
                public void changed(String key, Entry entry) {
                  heard.add(System.nanoTime());
                }

                @Override
                public void removed(String key, Stamp stamp) {}
              });
      rounds(first, heard, WARM_UP);
      rounds(first, heard, ROUNDS);
      rss();
    }
  }

  private static void rounds(Grid grid, BlockingQueue<Long> heard, int count) throws Exception {
    long[] put = new long[count];
    long[] told = new long[count];
    byte[] value = new byte[200];
    for (int i = 0; i < count; i++) {
      long begun = System.nanoTime();
      Grids.get(grid.map("figures").put("key" + i % 100, value));
      put[i] = System.nanoTime() - begun;
      told[i] = heard.take() - begun;
    }
    Arrays.sort(put);
    Arrays.sort(told);
    print(
        "put, 3 nodes: p50 %.0f us, p99 %.0f us",
        put[count / 2] / 1e3, put[count * 99 / 100] / 1e3);
    print(
        "put at A to listener at B: p50 %.0f us, p99 %.0f us",
        told[count / 2] / 1e3, told[count * 99 / 100] / 1e3);
  }

  private static double millisSince(long started) {
    return (System.nanoTime() - started) / 1e6;
  }

  private static void rss() throws Exception {
    System.gc();
    Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS") || line.startsWith("Threads"))
        .forEach(System.out::println);
  }

  @FormatMethod
  private static void print(@FormatString String format, Object... values) {
    System.out.println(format.formatted(values));
  }
}
