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
 * most since they were made go first ({@link HeapRelief} says when and how many); and as many times
 * 16 of those that nobody uses. An instance that goes gets no more invocations and ends with those
 * it has, unless the heap is all but full: then these are ended too. Looks after each collection,
 * on its own thread, and ahead by as much as the heap grew since the one before.
 */
final class HeapGuard {
  private static final Logger log = LoggerFactory.getLogger(HeapGuard.class);

  /** An instance that allocated less is no suspect. */
  private static final long LEAST_BYTES = 1L << 20;

  /** So many that are idle go with one that is not. */
  private static final int IDLE_FOR_ONE = 16;

  private static final long BEAT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

  private final GraalRuntime runtime;
  private final long maxBytes = Runtime.getRuntime().maxMemory();
  private final HeapRelief relief;
  private final Thread thread;
  private final NotificationListener listener;
  private volatile boolean closed;

  private final IdleInstances<Instance> idle = new IdleInstances<>();

  HeapGuard(GraalRuntime runtime, int percent) {
    this.runtime = runtime;
    this.relief = new HeapRelief(maxBytes, percent, HeapGauge.heldBytes(), System.nanoTime());
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
    long now = System.nanoTime();
    if (!relief.look(HeapGauge.heldBytes(), HeapGauge.collections(), this::canEnd, now)) {
      return;
    }
    long sure = HeapGauge.heldAfterCollection(now);
    HeapRelief.Due due =
        sure < 0 ? relief.notCollected(HeapGauge.collections()) : relief.collected(sure, now);
    if (due.end()) {
      toEnd().forEach(this::end);
    }
    if (due.letGo()) {
      relieve(due.heldBytes());
    }
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
    List<Instance> first = idle.first(IDLE_FOR_ONE * relief.atOnce(), HeapGuard::unused);
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

  private boolean canEnd() {
    return !toEnd().isEmpty();
  }

  private void relieve(long heldBytes) {
    if (!relief.begin(heldBytes)) {
      giveUp(heldBytes);
      return;
    }
    List<Instance> suspects =
        runtime.allInstances().stream()
            .filter(instance -> !instance.shed() && instance.allocatedBytes() >= LEAST_BYTES)
            .sorted(Comparator.comparingLong(Instance::allocatedBytes).reversed())
            .limit(relief.atOnce())
            .toList();
    if (!relieveOfIdle(heldBytes) && suspects.isEmpty()) {
      if (!idle.mayComeYet(HeapGuard::unused) || !relief.postpone()) {
        giveUp(heldBytes);
      }
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
    relief.letGo(HeapGauge.collections());
  }

  private void giveUp(long heldBytes) {
    relief.giveUp(heldBytes);
    log.warn("The heap holds {}, and no function is to blame", of(heldBytes));
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
