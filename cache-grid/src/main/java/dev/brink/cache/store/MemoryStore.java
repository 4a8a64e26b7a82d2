package dev.brink.cache.store;

import dev.brink.cache.policy.AdaptivePolicy;
import dev.brink.cache.policy.Goal;
import dev.brink.cache.policy.PolicyStats;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory outside the heap. When it is full, an {@link AdaptivePolicy} decides what is
 * given up, or not taken in. What is on its way may take half as much again. A use takes no lock
 * but for one in some dozens, and that one only if nobody holds it: uses are told to the policy in
 * batches.
 */
public final class MemoryStore implements Store {
  /** Bytes of the largest object, as a part of the whole: one object never empties the store. */
  private static final int LARGEST_PART = 8;

  private final long capacityBytes;
  private final long maxObjectBytes;

  /** By the lower half of the key; of two keys alike there, the store holds one. */
  private final ObjectTable objects = new ObjectTable();

  private final Slab slab;
  private final DraftBudget drafts;
  private final UseBuffer uses = new UseBuffer();
  private final LongAdder rejections = new LongAdder();
  private final Destination destination =
      new Destination() {
        @Override
        public void add(MemoryObject object, Worth worth) {
          var _ = object.retain();
          MemoryStore.this.add(object, worth);
        }

        @Override
        public void rejected() {
          rejections.increment();
        }
      };

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private final AdaptivePolicy policy;
  private boolean closed;

  private MemoryStore(long capacityBytes, Goal goal) {
    this.capacityBytes = capacityBytes;
    this.maxObjectBytes = capacityBytes / LARGEST_PART;
    slab = new Slab(capacityBytes);
    drafts = new DraftBudget(draftBytes());
    policy = AdaptivePolicy.builder(capacityBytes).goal(goal).build();
  }

  /**
   * A store of at most that many bytes, overhead included, that tries to answer the most requests.
   * Its largest object is an eighth of that.
   *
   * @throws IllegalArgumentException under 64 KiB
   */
  public static MemoryStore ofBytes(long capacityBytes) {
    return of(capacityBytes, Goal.OBJECT_HITS);
  }

  /**
   * A store of at most that many bytes, overhead included. Its largest object is an eighth of that.
   *
   * @param goal what it shall have most of
   * @throws IllegalArgumentException under 64 KiB
   */
  public static MemoryStore of(long capacityBytes, Goal goal) {
    if (capacityBytes < 64 * 1024) {
      throw new IllegalArgumentException(
          "capacityBytes: " + capacityBytes + " (expected: >= 65536)");
    }
    return new MemoryStore(capacityBytes, goal);
  }

  @Override
  public @Nullable StoredObject find(StoreKey key) {
    MemoryObject object = objects.get(key.low());
    // One that is closed already has been taken out or replaced meanwhile: look again.
    while (object != null && object.is(key) && !object.retain()) {
      object = objects.get(key.low());
    }
    if (object == null || !object.is(key)) {
      return null;
    }
    if (uses.offer(key.low()) && lock.tryLock()) {
      try {
        drain();
      } finally {
        lock.unlock();
      }
    }
    return object;
  }

  private void drain() {
    uses.drain(policy::use);
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    return new MemoryDraft(destination, key, slab, drafts, maxObjectBytes, expectedBytes);
  }

  /** How much memory what is on its way may take. */
  long draftBytes() {
    return capacityBytes / 2;
  }

  @Override
  public long maxObjectBytes() {
    return maxObjectBytes;
  }

  /** Adds an object of which the caller gives one use away, also when this throws. */
  void add(MemoryObject object, Worth worth) {
    lock.lock();
    try {
      if (closed) {
        object.close();
      } else {
        put(object, worth);
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * As {@link #add(MemoryObject, Worth)}, unless there is one with that key.
   *
   * @return whether there was none
   */
  boolean addIfAbsent(MemoryObject object, Worth worth) {
    lock.lock();
    try {
      boolean absent = objects.get(object.keyLow()) == null;
      if (absent) {
        add(object, worth);
      } else {
        object.close();
      }
      return absent;
    } finally {
      lock.unlock();
    }
  }

  /** Where the objects are, and what is on its way into the store. */
  Slab slab() {
    return slab;
  }

  @Override
  public boolean replaceHead(StoredObject present, byte[] head, Worth worth) {
    MemoryObject replacing = withHead(present, head);
    if (replacing == null) {
      return false;
    }
    try {
      return replace(present, replacing, worth);
    } finally {
      replacing.close();
    }
  }

  /**
   * An object with another head, not in the store yet, to be closed by the caller; null if it is no
   * longer the one with its key.
   */
  @Nullable MemoryObject withHead(StoredObject present, byte[] head) {
    var before = (MemoryObject) present;
    lock.lock();
    try {
      return objects.get(before.keyLow()) == before ? before.withHead(head) : null;
    } finally {
      lock.unlock();
    }
  }

  /** Puts an object in the place of another; false if that is no longer the one with its key. */
  boolean replace(StoredObject present, MemoryObject replacing, Worth worth) {
    lock.lock();
    try {
      if (objects.get(replacing.keyLow()) != present || !replacing.retain()) {
        return false;
      }
      put(replacing, worth);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the place of the one with the same key, if the policy keeps it. The policy is asked
   * before: when that fails, nobody has found the object yet.
   */
  private void put(MemoryObject object, Worth worth) {
    long id = object.keyLow();
    MemoryObject before;
    try {
      drain();
      if (!policy.admit(id, object.bytes(), worth.fetchNanos(), this::drop)) {
        rejections.increment();
        drop(id);
        object.close();
        return;
      }
      before = objects.put(object);
    } catch (RuntimeException | Error e) {
      // How far it came is not known: the one before goes too.
      drop(id);
      object.close();
      policy.remove(id);
      throw e;
    }
    if (before != null) {
      before.close();
    }
  }

  private void drop(long id) {
    MemoryObject object = objects.remove(id);
    if (object != null) {
      object.close();
    }
  }

  @Override
  public boolean wants(StoreKey key, long bytes, Worth worth) {
    if (bytes > maxObjectBytes) {
      return false;
    }
    lock.lock();
    try {
      drain();
      return !closed && policy.tryOut(key.low(), Math.max(1, bytes), worth.fetchNanos());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void removeUnless(StoreKey key, Predicate<StoredObject> keep) {
    lock.lock();
    try {
      MemoryObject object = objects.get(key.low());
      if (object != null && object.is(key) && !keep.test(object)) {
        policy.remove(key.low());
        drop(key.low());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void clear() {
    lock.lock();
    try {
      objects.removeAll(
          object -> {
            policy.remove(object.keyLow());
            object.close();
          });
    } finally {
      lock.unlock();
    }
  }

  @Override
  public StoreStats stats() {
    PolicyStats seen = policyStats();
    return new StoreStats(
        seen.objects(),
        seen.size(),
        capacityBytes,
        seen.evictions() - seen.rejections(),
        rejections.sum(),
        drafts.takenBytes(),
        drafts.refusals());
  }

  /** What its policy has done, and which expert leads. */
  public PolicyStats policyStats() {
    lock.lock();
    try {
      drain();
      return policy.stats();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      clear();
      slab.close();
    } finally {
      lock.unlock();
    }
  }
}
