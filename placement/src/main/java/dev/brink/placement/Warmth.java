package dev.brink.placement;

import java.util.Arrays;
import java.util.Set;

/** Which function versions have an instance on a node. Immutable. */
final class Warmth {
  private static final long[] NO_BITS = {};

  /** Of a node that has said nothing. */
  static final Warmth NONE = new Warmth(Set.of(), -1, NO_BITS, NO_BITS);

  /** As the node said. */
  private final Set<String> said;

  /** Of the function table when the bits were made. */
  private final int tableVersion;

  /** What the node said, as the table's numbers. */
  private final long[] saidBits;

  /** The same, and those seen to be warm since the node said so. */
  private final long[] bits;

  private Warmth(Set<String> said, int tableVersion, long[] saidBits, long[] bits) {
    this.said = said;
    this.tableVersion = tableVersion;
    this.saidBits = saidBits;
    this.bits = bits;
  }

  /** After a report. */
  @SuppressWarnings(
      "ReferenceEquality") // the same set again costs nothing; an equal one is made anew
  Warmth after(LoadReport report, FunctionTable table) {
    boolean tableSame = tableVersion == table.version();
    if (!report.warmGiven()) {
      return tableSame ? this : of(said, table, bits);
    }
    if (!tableSame || report.warm() != said) {
      return of(report.warm(), table, NO_BITS);
    }
    return bits == saidBits ? this : new Warmth(said, tableVersion, saidBits, saidBits);
  }

  private static Warmth of(Set<String> said, FunctionTable table, long[] alsoSeen) {
    // The version comes first: a function added meanwhile makes the bits be made once more.
    int version = table.version();
    long[] saidBits = table.bits(said);
    if (alsoSeen.length == 0) {
      return new Warmth(said, version, saidBits, saidBits);
    }
    long[] bits = Arrays.copyOf(saidBits, Math.max(saidBits.length, alsoSeen.length));
    for (int i = 0; i < alsoSeen.length; i++) {
      bits[i] |= alsoSeen[i];
    }
    return new Warmth(said, version, saidBits, bits);
  }

  boolean has(int index) {
    int word = index >> 6;
    return index >= 0 && word < bits.length && (bits[word] >>> index & 1) != 0;
  }

  /** The function was seen to be warm. */
  Warmth with(int index) {
    int word = index >> 6;
    long[] more = Arrays.copyOf(bits, Math.max(bits.length, word + 1));
    more[word] |= 1L << index;
    return new Warmth(said, tableVersion, saidBits, more);
  }

  /** The function is new in the table: the node may have named it before. */
  Warmth added(String function, int index) {
    return said.contains(function) ? with(index) : this;
  }

  /** The function has left the table, and its number is free. */
  Warmth without(int index) {
    return new Warmth(said, tableVersion, cleared(saidBits, index), cleared(bits, index));
  }

  /** The function was seen not to be there: until the node says once more that it is. */
  Warmth unseen(int index) {
    return has(index) ? new Warmth(said, tableVersion, saidBits, cleared(bits, index)) : this;
  }

  private static long[] cleared(long[] bits, int index) {
    int word = index >> 6;
    if (word >= bits.length || (bits[word] >>> index & 1) == 0) {
      return bits;
    }
    long[] fewer = bits.clone();
    fewer[word] &= ~(1L << index);
    return fewer;
  }

  int size() {
    int size = 0;
    for (long word : bits) {
      size += Long.bitCount(word);
    }
    return size;
  }
}
