package dev.brink.exec.lane;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at each lane about once a millisecond; sleeps while all of them rest. */
final class Watchdog {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);
  private static final long TICK_NANOS = 1_000_000;
  private static final int QUIET_TICKS = 50;

  private final Lanes lanes;
  private final Thread thread;
  private volatile boolean asleep;

  Watchdog(Lanes lanes) {
    this.lanes = lanes;
    this.thread = Thread.ofPlatform().daemon().name("brink-watchdog").unstarted(this::loop);
  }

  void start() {
    thread.start();
  }

  boolean asleep() {
    return asleep;
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  private void loop() {
    int quiet = 0;
    while (!lanes.ended()) {
      quiet = inspect() ? 0 : quiet + 1;
      if (quiet < QUIET_TICKS) {
        LockSupport.parkNanos(this, TICK_NANOS);
        continue;
      }
      asleep = true;
      if (!lanes.anyBusy() && !lanes.ended()) {
        LockSupport.park(this);
      }
      asleep = false;
      quiet = 0;
    }
  }

  /** It must go on whatever happens: nothing else ends what runs for too long. */
  private boolean inspect() {
    try {
      return lanes.inspect(System.nanoTime());
    } catch (RuntimeException | Error e) {
      stumbled(e);
      return true;
    }
  }

  private static void stumbled(Throwable why) {
    try {
      log.error("The watchdog stumbled", why);
    } catch (VirtualMachineError e) {
      // There is no room to say so.
    }
  }
}
