package dev.brink.grid;

import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Settings of a node without others. */
final class LoneSettings {
  static final String HOST = "127.0.0.1";
  static final UUID SELF = new UUID(0, 1);

  private LoneSettings() {}

  static IgniteSettings of(
      Ports ports, NetworkPreset preset, Path directory, @Nullable HostPort durable) {
    IgniteSettings.quieten();
    return new IgniteSettings(
        SELF,
        "node1",
        "test",
        Map.of(),
        HOST,
        ports.discovery(),
        ports.communication(),
        preset,
        directory,
        2L * IgniteSettings.MIN_BYTES,
        2L * IgniteSettings.MIN_BYTES,
        durable,
        null);
  }
}
