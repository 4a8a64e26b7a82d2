package dev.brink.mesh.function;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Executor.Running;
import dev.brink.mesh.exchange.Target;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call that its function gave up on, on its way to the origin behind that: what comes of it is
 * told as if the function had fetched it. Until then it is the function's call that a cancel ends.
 */
final class PassedCall implements Running {
  /** Nothing holds a lane while the origin answers; 0 would be that it is not known. */
  private static final long NO_LANE_NANOS = 1;

  private final Executor<Target.Origin> origins;
  private final AtomicReference<@Nullable Running> running = new AtomicReference<>();
  private volatile boolean cancelled;

  PassedCall(Executor<Target.Origin> origins) {
    this.origins = origins;
  }

  /** The function's call has begun; it may have been passed on already. */
  void began(Running functions) {
    if (running.compareAndSet(null, functions) && cancelled) {
      functions.cancel();
    }
  }

  /** Asks the origin instead. */
  void pass(Call call, Target.Origin behind, String node, CallListener listener) {
    Running origin = origins.execute(call, behind, new Answer(node, listener));
    running.set(origin);
    if (cancelled) {
      origin.cancel();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Running now = running.get();
    if (now != null) {
      now.cancel();
    }
  }

  private record Answer(String node, CallListener listener) implements CallListener {
    @Override
    public void onInterim(HttpResponse head) {
      listener.onInterim(head);
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      listener.onResponse(
          head,
          body,
          new CallTiming(node, false, 0, 0, timing.netNanos(), NO_LANE_NANOS, 0, Map.of()));
    }

    @Override
    public void onFailure(CallFailure failure) {
      listener.onFailure(new CallFailure(failure.problem(), CallFailure.Reach.RAN));
    }
  }
}
