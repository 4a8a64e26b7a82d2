package dev.brink.grid;

import java.time.Instant;
import java.util.Optional;

/**
 * A key that has a value, without the value.
 *
 * @param version of the value; another one after each write
 * @param metadata as written; empty for none
 * @param expiresMillis when it goes away, in milliseconds of the epoch; 0 for never
 * @param bytes the value's length
 */
public record KeyInfo(String key, Stamp version, String metadata, long expiresMillis, long bytes) {
  /** When it goes away. */
  public Optional<Instant> expires() {
    return expiresMillis == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(expiresMillis));
  }
}
