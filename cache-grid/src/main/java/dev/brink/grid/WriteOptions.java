package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/**
 * What goes with a value.
 *
 * @param metadata text that reads and lists bring along, at most 1024 bytes of UTF-8; empty for
 *     none
 * @param expiry when the value goes away
 */
public record WriteOptions(String metadata, Expiry expiry) {
  /** How many bytes metadata may have. */
  public static final int MAX_METADATA_BYTES = 1024;

  private static final WriteOptions NONE = new WriteOptions("", Expiry.NEVER);

  /** When a value goes away: never, at a moment, or some time after the write. */
  public sealed interface Expiry {
    /** The value stays. */
    Expiry NEVER = new Never();

    /** The value stays. */
    record Never() implements Expiry {}

    /** The value goes at a moment, to the millisecond. */
    record At(Instant moment) implements Expiry {
      public At {
        Bounds.range("moment", moment.toEpochMilli(), 1, Long.MAX_VALUE >> 1);
      }
    }

    /** The value goes some time after its write, 1 ms at least. */
    record After(Duration time) implements Expiry {
      public After {
        Bounds.duration("time", time, Duration.ofMillis(1), Duration.ofDays(36_500));
      }
    }
  }

  public WriteOptions {
    requireNonNull(expiry, "expiry");
    int bytes = metadata.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_METADATA_BYTES) {
      throw new IllegalArgumentException(
          "metadata: " + bytes + " bytes (expected: at most " + MAX_METADATA_BYTES + ")");
    }
  }

  /** Neither metadata nor expiry. */
  public static WriteOptions none() {
    return NONE;
  }

  /** The same with metadata. */
  public WriteOptions withMetadata(String text) {
    return new WriteOptions(text, expiry);
  }

  /** The same, going away some time after the write; at least 1 ms. */
  public WriteOptions expiringAfter(Duration time) {
    return new WriteOptions(metadata, new Expiry.After(time));
  }

  /** The same, going away at a moment. */
  public WriteOptions expiringAt(Instant moment) {
    return new WriteOptions(metadata, new Expiry.At(moment));
  }

  /** When it goes, in milliseconds of the epoch; 0 for never. */
  long expiresMillis(long nowMillis) {
    return switch (expiry) {
      case Expiry.Never _ -> 0;
      case Expiry.At(Instant moment) -> moment.toEpochMilli();
      case Expiry.After(Duration time) -> nowMillis + time.toMillis();
    };
  }
}
