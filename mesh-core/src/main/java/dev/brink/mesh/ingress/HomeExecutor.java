package dev.brink.mesh.ingress;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.cache.Direct;
import dev.brink.mesh.cache.EdgeCache;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Answers peers from this node's cache, as the home of what they ask for. */
public final class HomeExecutor implements Executor<Target.Cached> {
  private final Supplier<Snapshot> snapshot;
  private final Dispatcher dispatcher;
  private final Origins origins;
  private final EdgeCache cache;

  /** For one node. */
  public HomeExecutor(
      Supplier<Snapshot> snapshot, Dispatcher dispatcher, Origins origins, EdgeCache cache) {
    this.snapshot = snapshot;
    this.dispatcher = dispatcher;
    this.origins = origins;
    this.cache = cache;
  }

  @Override
  public Running execute(Call call, Target.Cached target, CallListener listener) {
    if (target.digest().isEmpty()) {
      if (snapshot.get().binding(target.tenant(), target.name()) instanceof Binding.Origin origin) {
        return answer(
            origin.cache(),
            call,
            target,
            (fetch, to) -> origins.execute(fetch, origin.target(), to),
            listener);
      }
    } else {
      Binding.Version version = snapshot.get().versions().get(target.digest());
      if (version != null) {
        return answer(
            version.cache(),
            call,
            target,
            (fetch, to) -> dispatcher.dispatch(fetch, version, to),
            listener);
      }
    }
    return refuse(listener);
  }

  private Running answer(
      @Nullable CachePolicy policy,
      Call call,
      Target.Cached target,
      Direct direct,
      CallListener listener) {
    return policy == null
        ? refuse(listener)
        : cache.handleForPeer(target, policy, call, direct, listener);
  }

  /** How what a target answers is cached here; {@code null}: not at all, or it is not known. */
  public @Nullable CachePolicy policy(Target.Cached target) {
    if (target.digest().isEmpty()) {
      return snapshot.get().binding(target.tenant(), target.name()) instanceof Binding.Origin origin
          ? origin.cache()
          : null;
    }
    Binding.Version version = snapshot.get().versions().get(target.digest());
    return version == null ? null : version.cache();
  }

  /** This node does not know what the peer knows: not yet, or no longer. */
  private static Running refuse(CallListener listener) {
    listener.onFailure(
        new CallFailure(
            Problem.of(503, "not-cached-here", "what is asked for is not cached by this node"),
            CallFailure.Reach.REFUSED));
    return () -> {};
  }
}
