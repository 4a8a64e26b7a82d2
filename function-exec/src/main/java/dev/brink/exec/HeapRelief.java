package dev.brink.exec;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * When instances are to go for want of memory, and how many: one, then two, then four, until a
 * collection shows that it helped. Remembers what was in vain, so as not to do it again: a heap
 * that was full of garbage, and one that is held by no instance. Is told what the heap holds and
 * what time it is. Not thread-safe.
 */
final class HeapRelief {
  private static final int MOST_AT_ONCE = 64;

  /** So often it looks again for what nobody uses before it takes nobody for one to blame. */
  private static final int MOST_POSTPONED = 2;

  /** Collections that may have removed what was let go. */
  private static final int COLLECTIONS = 2;

  /** How long what looks held and is garbage is not looked into again. */
  private static final long QUIET_NANOS = Duration.ofMinutes(10).toNanos();

  /** Rounds after which, if they freed next to nothing, it is not instances that hold the heap. */
  private static final int MOST_ROUNDS = 8;

  /**
   * What is due.
   *
   * @param heldBytes what is held
   * @param end whether to end those that were let go and are still there
   * @param letGo whether to let more go
   */
  record Due(long heldBytes, boolean end, boolean letGo) {
    private static final Due NOTHING = new Due(0, false, false);
  }

  private final long shortBytes;
  private final long dangerousBytes;
  private final long moreBytes;
  private final long reliefBytes;

  /**
   * What remains when there is nobody to suspect; only growth beyond it lets others go. Where that
   * is dangerous, those that were let go already are ended all the same.
   */
  private long hopelessBytes;

  private long quietUntilNanos;

  private int atOnce = 1;
  private int postponed;
  private int rounds;

  /** What was held at the first of these rounds. */
  private long firstHeldBytes;

  private long letGoAtCollection;

  private long lastCollection;
  private long lastHeldBytes;
  private long growthBytes;

  /** What the last look was at. */
  private long heldBytes;

  /**
   * Begins.
   *
   * @param maxBytes the most that the heap may hold
   * @param shortPercent how much of it may be held after a collection
   * @param heldBytes what is held at the beginning
   */
  HeapRelief(long maxBytes, int shortPercent, long heldBytes, long nowNanos) {
    this.shortBytes = HeapMark.part(maxBytes, shortPercent);
    this.dangerousBytes = HeapMark.DANGEROUS.of(maxBytes);
    this.moreBytes = HeapMark.MORE.of(maxBytes);
    this.reliefBytes = HeapMark.RELIEF.of(maxBytes);
    this.lastHeldBytes = heldBytes;
    this.quietUntilNanos = nowNanos;
  }

  /**
   * Looks at what is held, with what is expected to come on top.
   *
   * @param collections how many there have been
   * @param canEnd whether some that were let go are still there
   * @return whether something may be due, once it is known what a collection leaves of it
   */
  boolean look(long heldBytes, long collections, BooleanSupplier canEnd, long nowNanos) {
    this.heldBytes = heldBytes;
    grow(heldBytes, collections);
    if (heldBytes + growthBytes <= shortBytes) {
      hopelessBytes = 0;
      calm();
      return false;
    }
    boolean danger = isDanger();
    return heldBytes <= hopelessBytes
        ? danger && canEnd.getAsBoolean()
        : danger || nowNanos - quietUntilNanos >= 0;
  }

  private boolean isDanger() {
    return heldBytes + growthBytes > dangerousBytes;
  }

  /**
   * By how much what is held grew from the last collection but one to the last. As much is expected
   * by the next one: at full speed a few collections fill the heap.
   */
  private void grow(long heldBytes, long collections) {
    if (collections != lastCollection) {
      lastCollection = collections;
      growthBytes = Math.max(0, heldBytes - lastHeldBytes);
      lastHeldBytes = heldBytes;
    }
  }

  /** A collection leaves so much of what was looked at. */
  Due collected(long sureBytes, long nowNanos) {
    if (sureBytes + growthBytes <= shortBytes) {
      quietUntilNanos = nowNanos + QUIET_NANOS;
      calm();
      return Due.NOTHING;
    }
    return due(sureBytes);
  }

  /** It is too early for a collection of one's own: only those of the JVM tell. */
  Due notCollected(long collections) {
    boolean told = collections - letGoAtCollection >= COLLECTIONS;
    return isDanger() && told ? due(heldBytes) : Due.NOTHING;
  }

  private Due due(long sureBytes) {
    return new Due(sureBytes, sureBytes > dangerousBytes, sureBytes > hopelessBytes);
  }

  /**
   * A round of letting go begins.
   *
   * @return false if those before freed next to nothing: the rest of the program holds it then
   */
  boolean begin(long heldBytes) {
    if (rounds == MOST_ROUNDS && heldBytes < firstHeldBytes - reliefBytes) {
      rounds = 0;
    }
    if (rounds == 0) {
      firstHeldBytes = heldBytes;
    }
    return rounds++ < MOST_ROUNDS;
  }

  /** How many may go in this round. */
  int atOnce() {
    return atOnce;
  }

  /** Nobody can go yet. Returns whether to wait for what may turn out to be used by nobody. */
  boolean postpone() {
    return postponed++ < MOST_POSTPONED;
  }

  /** Some were let go. */
  void letGo(long collections) {
    atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
    letGoAtCollection = collections;
  }

  /** No instance is to blame for what is held. */
  void giveUp(long heldBytes) {
    calm();
    // What comes on top before it is dangerous is no reason to look away when it is.
    long more = heldBytes + moreBytes;
    hopelessBytes = heldBytes < dangerousBytes ? Math.min(more, dangerousBytes) : more;
  }

  private void calm() {
    atOnce = 1;
    rounds = 0;
    postponed = 0;
  }
}
