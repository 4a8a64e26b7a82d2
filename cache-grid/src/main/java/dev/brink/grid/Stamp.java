package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.UUID;

/**
 * When a record was written: a hybrid logical time and the node that wrote it. Of two records of
 * one key the one with the greater stamp wins, on every node.
 *
 * @param wallMillis the physical part, milliseconds since the epoch
 * @param counter orders events within one millisecond, from 0
 * @param node the writer, which breaks ties
 */
public record Stamp(long wallMillis, int counter, UUID node) implements Comparable<Stamp> {
  public Stamp {
    if (wallMillis < 0) {
      throw new IllegalArgumentException("wallMillis: " + wallMillis + " (expected: >= 0)");
    }
    if (counter < 0) {
      throw new IllegalArgumentException("counter: " + counter + " (expected: >= 0)");
    }
    requireNonNull(node, "node");
  }

  @Override
  public int compareTo(Stamp other) {
    int order = Long.compare(wallMillis, other.wallMillis);
    if (order == 0) {
      order = Integer.compare(counter, other.counter);
    }
    return order == 0 ? node.compareTo(other.node) : order;
  }

  /** Whether this stamp wins over the other one. */
  public boolean isAfter(Stamp other) {
    return compareTo(other) > 0;
  }

  @Override
  public String toString() {
    return wallMillis + "." + counter + "@" + node;
  }
}
