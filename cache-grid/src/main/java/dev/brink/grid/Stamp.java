package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

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

  /**
   * A stamp from its text, as {@link #toString} makes it.
   *
   * @throws IllegalArgumentException when it is not the text of a stamp
   */
  public static Stamp parse(String text) {
    int dot = text.indexOf('.');
    int at = text.indexOf('@', dot + 1);
    try {
      if (dot > 0 && at > 0) {
        return new Stamp(
            Long.parseLong(text.substring(0, dot)),
            Integer.parseInt(text.substring(dot + 1, at)),
            UUID.fromString(text.substring(at + 1)));
      }
    } catch (IllegalArgumentException e) {
      throw notAStamp(text, e);
    }
    throw notAStamp(text, null);
  }

  private static IllegalArgumentException notAStamp(
      String text, @Nullable IllegalArgumentException cause) {
    String shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
    return new IllegalArgumentException(
        "version: " + shown + " (expected: one that was given out)", cause);
  }

  @Override
  public int compareTo(Stamp other) {
    int order = Long.compare(wallMillis, other.wallMillis);
    if (order == 0) {
      order = Integer.compare(counter, other.counter);
    }
    return order == 0 ? node.compareTo(other.node) : order;
  }

  /** The least stamp of the same node that wins over this one. */
  public Stamp next() {
    return counter == Integer.MAX_VALUE
        ? new Stamp(wallMillis + 1, 0, node)
        : new Stamp(wallMillis, counter + 1, node);
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
