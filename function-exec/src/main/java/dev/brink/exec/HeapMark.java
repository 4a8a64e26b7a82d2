package dev.brink.exec;

/**
 * Where something is done about the heap: parts of the most that it may hold. Running turns are
 * looked at each few milliseconds ({@link TurnMemory}, {@link HeapBlame}), instances after each
 * collection ({@link HeapGuard}, {@link HeapRelief}).
 */
enum HeapMark {
  /** Instances that are let go are in vain if, in a few rounds, less than this comes of it. */
  RELIEF(2),

  /** Growth, beyond what no function is to blame for, with which instances are looked at again. */
  MORE(5),

  /** Growth during a turn that puts the JVM at risk: there is no time for a second opinion. */
  RISKY_GROWTH(25),

  /** Nor is there when so much is held while a turn runs, whatever it grew from. */
  FULL(75),

  /** Here even what turns that end will give back does not count: it may come too late. */
  ALL_BUT_FULL(85),

  /** After a collection instances are let go; the default of what can be configured. */
  SHORT(85),

  /** After a collection the invocations of instances that were let go are ended. */
  DANGEROUS(92);

  private final int percent;

  HeapMark(int percent) {
    this.percent = percent;
  }

  int percent() {
    return percent;
  }

  /** This part of a heap that may hold so much. */
  long of(long maxBytes) {
    return part(maxBytes, percent);
  }

  static long part(long maxBytes, int percent) {
    return maxBytes / 100 * percent;
  }
}
