package dev.brink.mesh.origin;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One deadline that is often moved, usually later: moving it costs a field, not a timer. All calls
 * on the event loop.
 */
final class Watch implements Runnable {
  private final EventLoop loop;
  private final Runnable action;
  private boolean armed;
  private long deadlineNanos;
  private @Nullable Future<?> timer;
  private long timerNanos;

  /**
   * @param action what to do when an armed deadline has passed
   */
  Watch(EventLoop loop, Runnable action) {
    this.loop = loop;
    this.action = action;
  }

  void arm(long newDeadlineNanos) {
    armed = true;
    deadlineNanos = newDeadlineNanos;
    if (timer == null) {
      schedule();
    } else if (newDeadlineNanos - timerNanos < 0) {
      timer.cancel(false);
      schedule();
    }
  }

  void disarm() {
    armed = false;
  }

  /** Disarms for good. */
  void stop() {
    armed = false;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void schedule() {
    timerNanos = deadlineNanos;
    timer =
        loop.schedule(this, Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    timer = null;
    if (!armed) {
      return;
    }
    if (deadlineNanos - System.nanoTime() > 0) {
      schedule();
    } else {
      armed = false;
      action.run();
    }
  }
}
