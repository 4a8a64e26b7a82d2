package dev.brink.grid;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints how long the longest put waited when one of three nodes was killed, a process, while eight
 * threads put values at another one. Run it with the flags of a Brink JVM; see docs/testing.md.
 */
final class KillFigures {
  private static final int ROUNDS = 8;
  private static final int WRITERS = 8;
  private static final int KEYS = 500;

  private KillFigures() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory("kill-figures");
    try (Grids grids = new Grids(directory);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
      Grid first = grids.start(grids.options(1).network(NetworkPreset.LOCAL));
      Grid second =
          grids.start(grids.options(2).network(NetworkPreset.LOCAL).seeds(Grids.addresses(first)));
      for (int round = 0; round < ROUNDS; round++) {
        try (NodeProcess third =
            NodeProcess.start(
                NetworkPreset.LOCAL, 3, directory, Grids.addresses(first).getFirst())) {
          Grids.awaitMembers(3, first, second);
          round(threads, first.keyValue(Namespace.of("default", "figures")), third);
        }
        Grids.awaitMembers(2, first, second);
      }
    }
  }

  private static void round(ExecutorService threads, KeyValue at, NodeProcess third)
      throws Exception {
    AtomicLong killed = new AtomicLong(Long.MAX_VALUE);
    AtomicLong end = new AtomicLong(Long.MAX_VALUE);
    AtomicLong puts = new AtomicLong();
    List<Future<Long>> writers = new ArrayList<>();
    for (int writer = 0; writer < WRITERS; writer++) {
      String name = "k" + writer + "-";
      Callable<Long> writing = () -> write(at, name, killed, end, puts);
      writers.add(threads.submit(writing));
    }
    Grids.await("it is warm", () -> puts.get() > 20_000);
    killed.set(System.nanoTime());
    third.kill();
    end.set(System.nanoTime() + TimeUnit.SECONDS.toNanos(5));
    long worst = 0;
    for (Future<Long> writer : writers) {
      worst = Math.max(worst, writer.get());
    }
    System.out.printf(Locale.ROOT, "longest put: %d ms%n", worst / 1_000_000);
  }

  /**
   * Puts one value after the other; returns how long the longest took that ended after the kill.
   */
  private static long write(
      KeyValue at, String name, AtomicLong killed, AtomicLong end, AtomicLong puts)
      throws Exception {
    long worst = 0;
    for (int i = 0; System.nanoTime() < end.get(); i++) {
      long began = System.nanoTime();
      Grids.get(at.put(name + i % KEYS, new byte[2000]));
      long ended = System.nanoTime();
      puts.incrementAndGet();
      if (ended > killed.get()) {
        worst = Math.max(worst, ended - began);
      }
    }
    return worst;
  }
}
