package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/**
 * A value of a {@link ReplicatedMap} and when it was written. Two entries are equal when their
 * bytes and stamps are.
 *
 * @param value the bytes; shared, not copied, so nobody may change them
 * @param stamp when and by whom it was written
 */
@SuppressWarnings(
    "ArrayRecordComponent") // equals, hashCode and toString are overridden; a copy a read would
// cost more
public record Entry(byte[] value, Stamp stamp) {
  public Entry {
    requireNonNull(value, "value");
    requireNonNull(stamp, "stamp");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Entry entry
        && stamp.equals(entry.stamp)
        && Arrays.equals(value, entry.value);
  }

  @Override
  public int hashCode() {
    return stamp.hashCode();
  }

  @Override
  public String toString() {
    return "Entry[" + value.length + " bytes, " + stamp + "]";
  }
}
