package dev.brink.samples.kv;

import dev.brink.grid.Grid;
import dev.brink.grid.KeyValue;
import dev.brink.grid.KeyValueEntry;
import dev.brink.grid.Namespace;
import dev.brink.grid.ReadMode;
import dev.brink.grid.Stamp;
import dev.brink.grid.WriteOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Two members of a grid, without the rest of the mesh, that share keys and values. */
public final class GridKeys {
  public static void main(String[] args) {
    Path directory = Path.of(args[0]);
    try (Grid one = Grid.builder().workDirectory(directory.resolve("one")).start();
        Grid two =
            Grid.builder()
                .workDirectory(directory.resolve("two"))
                .seeds(List.of("127.0.0.1:" + one.discoveryPort()))
                .start()) {
      KeyValue here = one.keyValue(Namespace.of("shop", "stock"));
      KeyValue there = two.keyValue(Namespace.of("shop", "stock"));

      WriteOptions hour = WriteOptions.none().expiringAfter(Duration.ofHours(1));
      Stamp version = here.put("apples", text("12"), hour).toCompletableFuture().join();
      KeyValueEntry apples = there.get("apples").toCompletableFuture().join().orElseThrow();
      System.out.println(
          apples.text() + " apples, in the same version: " + apples.version().equals(version));

      long left = there.increment("apples", -2, hour).toCompletableFuture().join();
      Optional<Stamp> late =
          here.compareAndSet("apples", Optional.of(version), text("0"), hour)
              .toCompletableFuture()
              .join();
      System.out.println(left + " left, and a write that knew 12 was done: " + late.isPresent());

      ReadMode lately = ReadMode.within(Duration.ofSeconds(1));
      there
          .get("apples", lately)
          .thenAccept(entry -> System.out.println("lately " + entry.orElseThrow().text()))
          .toCompletableFuture()
          .join();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private GridKeys() {}
}
