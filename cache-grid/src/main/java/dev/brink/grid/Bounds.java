package dev.brink.grid;

import java.time.Duration;

/** Checks of options: what is out of bounds is refused with its name, value and bounds. */
final class Bounds {
  private Bounds() {}

  static void length(String name, String value, int min, int max) {
    if (value.length() < min || value.length() > max) {
      throw new IllegalArgumentException(
          name + ": " + value.length() + " characters (expected: " + min + " to " + max + ")");
    }
  }

  static int port(String name, int port) {
    if (port != 0 && (port < 1024 || port > 65_535)) {
      throw new IllegalArgumentException(name + ": " + port + " (expected: 0, or 1024 to 65535)");
    }
    return port;
  }

  static long range(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
    return value;
  }

  static Duration duration(String name, Duration value, Duration min, Duration max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + min + " to " + max + ")");
    }
    return value;
  }
}
