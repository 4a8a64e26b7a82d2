package dev.brink.exec;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The account of what stands in the way of an engine's end: contexts that threads beside the lanes
 * have, and those that are being closed. Thread-safe.
 */
final class OpenContexts {
  private static final Logger log = LoggerFactory.getLogger(OpenContexts.class);

  private final GuestContext.Closer closer;

  /** How many contexts are being closed. */
  private final AtomicInteger closing = new AtomicInteger();

  /** How many contexts there are aside, with those that are about to be made. */
  private final AtomicInteger asideCount = new AtomicInteger();

  /** Those that have been made. */
  private final Set<Context> asides = ConcurrentHashMap.newKeySet();

  private volatile boolean halfClosed;

  /**
   * @param closer what ends a context
   */
  OpenContexts(GuestContext.Closer closer) {
    this.closer = closer;
  }

  /**
   * Has one made for a thread beside the lanes, and counts it from before that until {@link
   * #closeAside} has closed it.
   *
   * @param make may fail: then there is none to close
   */
  Context openAside(Supplier<Context> make) {
    asideCount.incrementAndGet();
    try {
      Context made = make.get();
      asides.add(made);
      return made;
    } catch (RuntimeException | Error e) {
      asideCount.decrementAndGet();
      throw e;
    }
  }

  /** Closes one aside; it is in use until the thread that has it does so. */
  void closeAside(Context context, boolean stop) {
    try {
      close(context, stop);
    } finally {
      if (!stop && asides.remove(context)) {
        asideCount.decrementAndGet();
      }
    }
  }

  /**
   * Closes a context. What fails for want of memory leaves one that is neither open nor closed,
   * which whoever closes it again, like its engine, waits for without end.
   */
  void close(Context context, boolean stop) {
    closing.incrementAndGet();
    try {
      closer.close(context, stop);
    } catch (PolyglotException e) {
      if (e.isInternalError() || e.isResourceExhausted()) {
        halfClosed = true;
      }
      throw e;
    } catch (Error e) {
      halfClosed = true;
      throw e;
    } finally {
      closing.decrementAndGet();
    }
  }

  /**
   * Stops those aside and waits for their threads to close them, and for what is being closed.
   *
   * @param patience for how long to wait
   * @return whether nothing stands in the way any more
   */
  boolean end(Duration patience) {
    long end = System.nanoTime() + patience.toNanos();
    Set<Context> stopped = new HashSet<>();
    while (areInUse() && System.nanoTime() - end < 0) {
      for (Context aside : asides) {
        if (stopped.add(aside)) {
          // Whoever stops one waits until it has stopped.
          Thread.ofPlatform().daemon().name("brink-context-stop").start(() -> stopAside(aside));
        }
      }
      LockSupport.parkNanos(this, 1_000_000);
    }
    return !areInUse() && !halfClosed;
  }

  private void stopAside(Context context) {
    try {
      close(context, true);
    } catch (PolyglotException e) {
      log.debug("A context could not be stopped", e);
    }
  }

  private boolean areInUse() {
    return asideCount.get() > 0 || closing.get() > 0;
  }
}
