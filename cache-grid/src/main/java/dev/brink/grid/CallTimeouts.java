package dev.brink.grid;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends calls whose time is over, up to {@value #TICK_MILLIS} ms late. One thread looks at all of
 * them every so often while there are any: a timer for each would wake a thread for each, which is
 * a tenth of what a short call takes. Thread-safe.
 */
final class CallTimeouts implements AutoCloseable {
  private static final int TICK_MILLIS = 10;
  private static final int TICKS_WITHOUT_CALLS = 200;

  private final Set<Call> running = ConcurrentHashMap.newKeySet();
  private final Thread ticker;
  private volatile boolean resting;
  private volatile boolean closed;

  /** A call under way; each is its own. */
  static final class Call {
    private final Deadline deadline;
    private final Runnable late;

    private Call(Deadline deadline, Runnable late) {
      this.deadline = deadline;
      this.late = late;
    }
  }

  CallTimeouts() {
    // Virtual threads may all be waiting for a processor when it is needed most.
    ticker = Thread.ofPlatform().daemon().name("brink-kv-timeouts").start(this::tick);
  }

  /**
   * A call begins; {@link #ended} has to follow.
   *
   * @param late called when its time is over, unless it has ended, on a thread of its own
   */
  Call began(Deadline deadline, Runnable late) {
    var call = new Call(deadline, late);
    running.add(call);
    if (closed) {
      running.remove(call);
      Thread.ofVirtual().name("brink-kv-late").start(late);
    } else if (resting) {
      LockSupport.unpark(ticker);
    }
    return call;
  }

  void ended(Call call) {
    running.remove(call);
  }

  private void tick() {
    int without = 0;
    while (!closed || !running.isEmpty()) {
      without = running.isEmpty() ? without + 1 : 0;
      if (without > TICKS_WITHOUT_CALLS) {
        rest();
      } else {
        LockSupport.parkNanos(TICK_MILLIS * 1_000_000L);
      }
      running.removeIf(CallTimeouts::late);
    }
  }

  private static boolean late(Call call) {
    boolean late = call.deadline.passed();
    if (late) {
      Thread.ofVirtual().name("brink-kv-late").start(call.late);
    }
    return late;
  }

  private void rest() {
    resting = true;
    if (running.isEmpty() && !closed) {
      LockSupport.park();
    }
    resting = false;
  }

  /** Calls under way are still ended in time. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(ticker);
  }
}
