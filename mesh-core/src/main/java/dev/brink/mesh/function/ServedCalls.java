package dev.brink.mesh.function;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs peers' calls here and tells placement how long they ran: so a node that has become slow
 * notices by itself, and says so to all at once.
 */
public final class ServedCalls implements Executor<Target.Function> {
  private final Executor<Target.Function> local;
  private final Supplier<Snapshot> snapshot;
  private final Placement placement;

  /** In front of the local executor. */
  public ServedCalls(
      Executor<Target.Function> local, Supplier<Snapshot> snapshot, Placement placement) {
    this.local = local;
    this.snapshot = snapshot;
    this.placement = placement;
  }

  @Override
  public Running execute(Call call, Target.Function target, CallListener listener) {
    Binding.Version version = snapshot.get().versions().get(target.digest());
    return local.execute(
        call, target, version == null ? listener : new Watched(call, version, listener));
  }

  private final class Watched implements CallListener {
    private final Call call;
    private final Binding.Version version;
    private final CallListener listener;

    Watched(Call call, Binding.Version version, CallListener listener) {
      this.call = call;
      this.version = version;
      this.listener = listener;
    }

    @Override
    public void onAccepted() {
      listener.onAccepted();
    }

    @Override
    public void onInterim(HttpResponse head) {
      listener.onInterim(head);
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      placement.served(
          version.placement(call.request().headers()), timing.heldNanos(), System.nanoTime());
      listener.onResponse(head, body, timing);
    }

    @Override
    public void onFailure(CallFailure failure) {
      listener.onFailure(failure);
    }
  }
}
