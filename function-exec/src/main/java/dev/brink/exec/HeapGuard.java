package dev.brink.exec;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets instances go when the heap is short of room after a collection: what they pile up over many
 * invocations is seen nowhere else. The JVM does not say who holds what, so those that allocated
 * most since they were made go first, one, then two, then four, until a collection shows that it
 * helped; and as many times 16 of those that nobody uses. An instance that goes gets no more
 * invocations and ends with those it has, unless the heap is all but full: then these are ended
 * too. Looks after each collection, on its own thread, and ahead by as much as the heap grew since
 * the one before.
 */
final class HeapGuard {
  private static final Logger log = LoggerFactory.getLogger(HeapGuard.class);

  /** An instance that allocated less is no suspect. */
  private static final long LEAST_BYTES = 1L << 20;

  private static final int DANGEROUS_PERCENT = 92;
  private static final int MOST_AT_ONCE = 64;

  /** So many that are idle go with one that is not. */
  private static final int IDLE_FOR_ONE = 16;

  /** So often it looks again for what nobody uses before it takes nobody for one to blame. */
  private static final int MOST_POSTPONED = 2;

  /** Collections that may have removed what was let go. */
  private static final int COLLECTIONS = 2;

  private static final long BEAT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

  /** How long what looks held and is garbage is not looked into again. */
  private static final long QUIET_NANOS = Duration.ofMinutes(10).toNanos();

  /** Rounds after which, if they freed next to nothing, it is not instances that hold the heap. */
  private static final int MOST_ROUNDS = 8;

  private final GraalRuntime runtime;
  private final long maxBytes = Runtime.getRuntime().maxMemory();
  private final long limitBytes;
  private final long dangerousBytes = maxBytes / 100 * DANGEROUS_PERCENT;
  private final Thread thread;
  private final NotificationListener listener;
  private volatile boolean closed;

  /**
   * What remains when there is nobody to suspect; only growth beyond it lets others go. Where that
   * is dangerous, those that were let go already are ended all the same.
   */
  private long hopelessBytes;

  private final IdleInstances<Instance> idle = new IdleInstances<>();
  private int atOnce = 1;

  /** How often it waited for what may turn out to be used by nobody. */
  private int postponed;

  private int rounds;

  /** What was held at the first of these rounds. */
  private long firstHeldBytes;

  private long actedAtCollection;
  private long lastCollection;
  private long lastHeldBytes = HeapGauge.heldBytes();
  private long lastGrowthBytes;
  private long quietUntilNanos = System.nanoTime();

  HeapGuard(GraalRuntime runtime, int percent) {
    this.runtime = runtime;
    this.limitBytes = maxBytes / 100 * percent;
    this.thread = Thread.ofPlatform().daemon().name("brink-heap").unstarted(this::run);
    this.listener = (_, _) -> LockSupport.unpark(thread);
  }

  void start() {
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (bean instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(listener, null, null);
      }
    }
    thread.start();
  }

  void close() {
    closed = true;
    LockSupport.unpark(thread);
    for (GarbageCollectorMXBean bean : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (bean instanceof NotificationEmitter emitter) {
        try {
          emitter.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
          log.debug("The listener of collections is gone already", e);
        }
      }
    }
  }

  private void run() {
    while (!closed) {
      LockSupport.parkNanos(this, BEAT_NANOS);
      try {
        look();
      } catch (RuntimeException | OutOfMemoryError e) {
        tell(e);
      }
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  private static void tell(Throwable failure) {
    try {
      log.error("The heap could not be looked after: {}", failure.toString());
    } catch (OutOfMemoryError _) {
      // There is no room for a line either; the next look may find some.
    }
  }

  private void look() {
    lookAtIdle();
    long held = HeapGauge.heldBytes();
    long growth = growthBytes(held);
    if (held + growth <= limitBytes) {
      hopelessBytes = 0;
      calm();
      return;
    }
    long now = System.nanoTime();
    boolean danger = held + growth > dangerousBytes;
    boolean nothingToDo =
        held <= hopelessBytes ? !danger || toEnd().isEmpty() : !danger && now - quietUntilNanos < 0;
    if (nothingToDo) {
      return;
    }
    long sure = HeapGauge.heldAfterCollection(now);
    if (sure < 0) {
      // Too early for a collection of one's own: only those of the JVM tell.
      if (!danger || HeapGauge.collections() - actedAtCollection < COLLECTIONS) {
        return;
      }
      sure = held;
    } else if (sure + growth <= limitBytes) {
      quietUntilNanos = now + QUIET_NANOS;
      calm();
      return;
    }
    if (sure > dangerousBytes) {
      toEnd().forEach(this::end);
    }
    if (sure > hopelessBytes) {
      relieve(sure);
    }
  }

  /**
   * By how much what is held grew from the last collection but one to the last. As much is expected
   * by the next one: at full speed a few collections fill the heap.
   */
  private long growthBytes(long heldBytes) {
    long collections = HeapGauge.collections();
    if (collections != lastCollection) {
      lastCollection = collections;
      lastGrowthBytes = Math.max(0, heldBytes - lastHeldBytes);
      lastHeldBytes = heldBytes;
    }
    return lastGrowthBytes;
  }

  private void lookAtIdle() {
    var seen = new HashMap<Instance, IdleInstances.Seen>();
    for (Instance instance : runtime.allInstances()) {
      double cost = instance.function().loadNanos();
      seen.put(instance, new IdleInstances.Seen(instance.uses(), cost, instance.allocatedBytes()));
    }
    idle.look(seen, System.nanoTime());
  }

  /** Lets go of those that nobody uses; their successors are made when they are called again. */
  private boolean relieveOfIdle(long heldBytes) {
    List<Instance> first = idle.first(IDLE_FOR_ONE * atOnce, HeapGuard::unused);
    if (first.isEmpty()) {
      return false;
    }
    idle.gone(first);
    first.forEach(instance -> instance.post(instance::closeIfIdle));
    log.info("{} idle instances are let go: the heap holds {}", first.size(), of(heldBytes));
    return true;
  }

  private static boolean unused(Instance instance) {
    return instance.idle() && !instance.shed() && !instance.ending();
  }

  /** Those that were let go and are still there. */
  private List<Instance> toEnd() {
    return runtime.allInstances().stream()
        .filter(instance -> instance.shed() && !instance.ending())
        .toList();
  }

  private void calm() {
    atOnce = 1;
    rounds = 0;
    postponed = 0;
  }

  /** Whether it goes on although much was let go: the rest of the program holds it then. */
  private boolean inVain(long heldBytes) {
    if (rounds == MOST_ROUNDS && heldBytes < firstHeldBytes - maxBytes / 50) {
      rounds = 0;
    }
    if (rounds == 0) {
      firstHeldBytes = heldBytes;
    }
    return rounds++ == MOST_ROUNDS;
  }

  private void relieve(long heldBytes) {
    List<Instance> suspects =
        runtime.allInstances().stream()
            .filter(instance -> !instance.shed() && instance.allocatedBytes() >= LEAST_BYTES)
            .sorted(Comparator.comparingLong(Instance::allocatedBytes).reversed())
            .limit(atOnce)
            .toList();
    boolean inVain = inVain(heldBytes);
    boolean nobody = !inVain && !relieveOfIdle(heldBytes) && suspects.isEmpty();
    if (nobody && postponed < MOST_POSTPONED && idle.mayComeYet(HeapGuard::unused)) {
      postponed++;
      return;
    }
    if (inVain || nobody) {
      calm();
      // What comes on top before it is dangerous is no reason to look away when it is.
      long more = heldBytes + maxBytes / 20;
      hopelessBytes = heldBytes < dangerousBytes ? Math.min(more, dangerousBytes) : more;
      log.warn("The heap holds {}, and no function is to blame", of(heldBytes));
      return;
    }
    for (Instance suspect : suspects) {
      log.warn(
          "{}: an instance that allocated {} MiB since it was made is replaced: the heap holds {}",
          suspect.function().bundle().name(),
          suspect.allocatedBytes() >> 20,
          of(heldBytes));
      runtime.outside().limitCounts().met(Limit.RETAINED);
      suspect.letGo();
    }
    atOnce = Math.min(MOST_AT_ONCE, 2 * atOnce);
    actedAtCollection = HeapGauge.collections();
  }

  private void end(Instance instance) {
    log.warn("{}: an instance is ended for want of memory", instance.function().bundle().name());
    boolean _ =
        instance.end(
            new FunctionException(
                FunctionException.Code.MEMORY_LIMIT,
                "the heap is full, and its instance allocated much of it",
                null),
            null);
  }

  private String of(long bytes) {
    return (bytes >> 20) + " of " + (maxBytes >> 20) + " MiB after a collection";
  }
}
