package dev.brink.exec;

import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code core.js} calls to start what takes time. Within a turn only; throws nothing. Public
 * only because the engine reaches it by reflection.
 */
public final class OpsPort {
  private final Instance instance;
  private final OutboundFetch fetches;

  OpsPort(Instance instance) {
    this.instance = instance;
    this.fetches = new OutboundFetch(instance);
  }

  /** Settles {@code op} after {@code millis}. */
  @HostAccess.Export
  public boolean timer(int op, double millis) {
    Run run = instance.current();
    if (run == null || instance.ending() || !instance.lane().isInTurn()) {
      return false;
    }
    long due = System.nanoTime() + (long) (millis * 1_000_000);
    var timer = instance.schedule(due, () -> instance.ops().settle(op, Guest.RESOLVED, null));
    boolean begun = instance.ops().beginTimer(op, run, timer::cancel);
    if (!begun) {
      timer.cancel();
    }
    return begun;
  }

  /** A request's URL and headers are too large, and it is not sent. */
  @HostAccess.Export
  public void headersTooLarge() {
    Run run = instance.current();
    if (run != null) {
      run.use().headersMet();
    }
  }

  /** Forgets {@code op}: it will not be settled. */
  @HostAccess.Export
  public void cancel(int op) {
    instance.ops().cancel(op);
  }

  /**
   * Starts a request.
   *
   * @param kind 0 no body, 1 a string, 2 part of a buffer, 3 the number of a body, 4 a stream
   * @param streamLength the bytes that a stream will be; -1 where that is not known
   * @return the number to write a stream by, 0 without one, -1 when refused
   */
  @HostAccess.Export
  public int fetch(
      int op,
      @Nullable String service,
      String method,
      String url,
      String headers,
      int kind,
      @Nullable Value data,
      int offset,
      int length,
      double streamLength) {
    return fetches.start(
        op, service, method, url, headers, kind, data, offset, length, (long) streamLength);
  }
}
