package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Optional;

/** One step of {@link KeyValue#atomic}. */
public sealed interface KeyValueWrite {
  /** The key. */
  String key();

  /** Goes on only if the key has this version; empty: no value. */
  record Check(String key, Optional<Stamp> version) implements KeyValueWrite {}

  /** Writes a value of at most {@value KeyValue#MAX_ATOMIC_BYTES} bytes. */
  @SuppressWarnings("ArrayRecordComponent") // equals, hashCode and toString are overridden
  record Put(String key, byte[] value, WriteOptions options) implements KeyValueWrite {
    public Put {
      requireNonNull(value, "value");
      requireNonNull(options, "options");
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Put put
          && key.equals(put.key)
          && options.equals(put.options)
          && Arrays.equals(value, put.value);
    }

    @Override
    public int hashCode() {
      return 31 * key.hashCode() + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
      return "Put[" + key + ", " + value.length + " bytes]";
    }
  }

  /** Removes a key. */
  record Delete(String key) implements KeyValueWrite {}

  /** Adds to a counter, as {@link KeyValue#increment}. */
  record Increment(String key, long by) implements KeyValueWrite {}
}
