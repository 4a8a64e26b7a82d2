package dev.brink.mesh.function;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;

/**
 * Takes calls from peers, or refuses them before they start: a node that is much busier than its
 * last report said, or is unhealthy, or drains, or has not loaded what is deployed, sends a call
 * back while another node can still take it. What has been sent back once is taken however the node
 * is, unless it drains.
 */
public final class PeerAdmission implements Executor<Target.Function> {
  private static final long SLACK_NANOS = 20_000_000;

  private final Executor<Target.Function> local;
  private final LoadReporter load;

  /** In front of the local executor. */
  public PeerAdmission(Executor<Target.Function> local, LoadReporter load) {
    this.local = local;
    this.load = load;
  }

  @Override
  public Running execute(Call call, Target.Function target, CallListener listener) {
    if (load.draining()) {
      return refuse(
          listener, "node-draining", "the node takes no calls: it starts or is being stopped");
    }
    if (!call.refused() && load.unhealthy()) {
      return refuse(listener, "node-unhealthy", load.problem());
    }
    long waitNanos = load.waitNanos();
    if (!call.refused() && waitNanos > 2 * load.reportedWaitNanos() + SLACK_NANOS) {
      return refuse(
          listener,
          "busier-than-reported",
          "a lane is free in " + waitNanos / 1_000_000 + " ms at the earliest");
    }
    return local.execute(call, target, listener);
  }

  private static Running refuse(CallListener listener, String code, String detail) {
    listener.onFailure(
        new CallFailure(new Problem(503, code, detail, 1), CallFailure.Reach.REFUSED));
    return () -> {};
  }
}
