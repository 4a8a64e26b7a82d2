package dev.brink.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.ignite.Ignition;

/**
 * What Ignite needs of the JDK's inner packages. Without the first two it does not start; without
 * {@code sun.nio.ch} (2.18) it never closes a connection that was reset, reads it again each
 * second, and does little else in between.
 */
final class OpenPackages {
  private static final List<String> ALWAYS = List.of("java.nio", "java.util", "sun.nio.ch");
  private static final String DURABLE = "java.io";

  /**
   * Makes sure of them.
   *
   * @throws GridException with the flags that are missing
   */
  static void require(boolean durable) {
    List<String> needed = new ArrayList<>(ALWAYS);
    if (durable) {
      needed.add(DURABLE);
    }
    Module base = Object.class.getModule();
    Module ignite = Ignition.class.getModule();
    String missing =
        needed.stream()
            .filter(name -> !base.isOpen(name, ignite))
            .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
            .collect(Collectors.joining(" "));
    if (!missing.isEmpty()) {
      throw new GridException("flags of the JVM: some are missing (expected: " + missing + ")");
    }
  }

  private OpenPackages() {}
}
