package dev.brink.exec;

import dev.brink.exec.lane.LaneTimer;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that an instance that serves one invocation after the other is replaced in time: what
 * one has left there for the others goes with it. Another is made first, and the old one ends with
 * the invocations it has. One that nobody calls goes without another in its place. On its lane.
 */
final class Recycling {
  private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();

  /** It goes when so many looks in turn, in the time that it may be idle, found it unused. */
  private static final int QUIET_LOOKS = 2;

  private static final long LEAST_LOOK_NANOS = Duration.ofMillis(1).toNanos();

  private final Instance instance;
  private final long ageNanos;
  private final int runs;
  private final long lookNanos;
  private final boolean once;
  private int begun;
  private boolean replacing;
  private boolean ended;
  private @Nullable LaneTimer timer;
  private @Nullable LaneTimer idleTimer;
  private int seen;
  private int quietLooks;

  Recycling(Instance instance, RuntimeLimits limits) {
    this.instance = instance;
    this.once = instance.function().isFresh();
    double share = ThreadLocalRandom.current().nextDouble(0.75, 1);
    this.ageNanos = (long) (limits.recycleAfter().toNanos() * share);
    this.runs = (int) Math.ceil(limits.recycleRuns() * share);
    long idleNanos = limits.idleAfter().toNanos();
    this.lookNanos = idleNanos == 0 ? 0 : Math.max(LEAST_LOOK_NANOS, idleNanos / QUIET_LOOKS);
  }

  /** The instance is ready. */
  void start() {
    startAge();
    if (lookNanos > 0) {
      idleTimer = instance.schedule(System.nanoTime() + lookNanos, this::lookIfIdle);
    }
  }

  private void startAge() {
    if (!once) {
      timer = instance.schedule(System.nanoTime() + ageNanos, this::old);
    }
  }

  private void lookIfIdle() {
    boolean quiet = begun == seen && instance.idle();
    quietLooks = quiet ? quietLooks + 1 : 0;
    seen = begun;
    if (quietLooks >= QUIET_LOOKS) {
      instance.closeIfIdle();
    }
    if (!ended) {
      idleTimer = instance.schedule(System.nanoTime() + lookNanos, this::lookIfIdle);
    }
  }

  /** It gets one more invocation. */
  void begun() {
    if (++begun == runs && !once) {
      replace();
    }
  }

  /** The invocations it had. Any thread, which may see those of a moment ago. */
  int uses() {
    return begun;
  }

  /** Whether it had an invocation. */
  boolean used() {
    return begun > 0;
  }

  /** The instance ends, or gets no more invocations. */
  void end() {
    ended = true;
    cancel(timer);
    cancel(idleTimer);
  }

  private static void cancel(@Nullable LaneTimer waiting) {
    if (waiting != null) {
      waiting.cancel();
    }
  }

  private void old() {
    if (used()) {
      replace();
    } else {
      startAge();
    }
  }

  private void replace() {
    if (!replacing && !ended && !instance.ending()) {
      replacing = true;
      instance.function().replace(instance, this::made);
    }
  }

  /** Whether another instance is being made in its place. */
  boolean replacing() {
    return replacing;
  }

  private void made(boolean ready) {
    replacing = false;
    if (ready) {
      instance.retire();
    } else if (!ended && !instance.ending()) {
      cancel(timer);
      timer = instance.schedule(System.nanoTime() + AGAIN_NANOS, this::replace);
    }
  }
}
