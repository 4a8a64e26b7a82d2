package dev.brink.mesh.ingress;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.LastAttempt;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.function.OwnLoad;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.registry.Binding;
import dev.brink.placement.Choice;
import dev.brink.placement.Observed;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import dev.brink.placement.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls of functions where placement says, and elsewhere when that node refuses or is lost. A
 * call that may have run is tried again only when it is safe or its function idempotent.
 * Thread-safe; never blocks.
 */
public final class Dispatcher {
  private static final int MAX_TRIES = 3;
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Placement placement;
  private final String localNode;
  private final Executor<Target.Function> local;
  private final Links links;
  private final DispatchListener events;
  private final RegretSampler sampler;
  private final OwnLoad ownLoad;
  private final RetryBudget retries = new RetryBudget();

  /** For one node. */
  public Dispatcher(
      Placement placement,
      Executor<Target.Function> local,
      Links links,
      DispatchListener events,
      RegretSampler sampler,
      OwnLoad ownLoad) {
    this.sampler = sampler;
    this.ownLoad = ownLoad;
    this.placement = placement;
    this.localNode = placement.nodes(System.nanoTime()).getFirst().info().id();
    this.local = local;
    this.links = links;
    this.events = events;
  }

  /** Runs a call of a function version. */
  public Executor.Running dispatch(Call call, Binding.Version version, CallListener listener) {
    retries.called();
    var dispatch = new Dispatch(call, version, listener);
    if (dispatch.choice.allowed()) {
      dispatch.attempt(dispatch.beganNanos);
    } else {
      dispatch.refuse();
    }
    return dispatch;
  }

  private Executor.Running run(
      String node, Call call, Target.Function target, CallListener listener) {
    return node.equals(localNode)
        ? local.execute(call, target, listener)
        : links.execute(node, call, target, listener);
  }

  private final class Dispatch implements CallListener, Executor.Running {
    private final Binding.Version version;
    private final CallListener listener;
    private final @Nullable ReplayBody body;

    private final Choice first;
    private final RegretSampler.@Nullable Plan compared;
    private final long beganNanos;

    private Call call;
    private PlacementRequest request;
    private Choice choice;
    private long sentNanos;
    private int tries;
    private boolean localTried;
    private final LastAttempt attempts = new LastAttempt();

    Dispatch(Call call, Binding.Version version, CallListener listener) {
      this.call = call;
      this.version = version;
      this.listener = listener;
      this.body = call.body() == null ? null : new ReplayBody(call.body());
      this.request = version.placement(call.request().headers(), localNode);
      this.beganNanos = System.nanoTime();
      ownLoad.refresh(beganNanos);
      this.first = placement.choose(request, beganNanos);
      this.choice = first;
      this.compared = sampler.plan(call, version, request, beganNanos);
    }

    void refuse() {
      String detail = "no node that is up and takes calls may run " + version.target().name();
      listener.onFailure(
          new CallFailure(
              new Problem(503, "no-node-allowed", detail, 1), CallFailure.Reach.NOT_STARTED));
      if (body != null) {
        body.abandon();
      }
    }

    void attempt(long now) {
      tries++;
      int mine = tries;
      sentNanos = now;
      placement.sent(choice.node(), request, sentNanos);
      if (choice.reason() == Reason.LAST_RESORT) {
        call = call.sentBack();
      }
      Call sent = body == null ? call : call.withBody(body.next());
      Executor.Running started;
      if (choice.local()) {
        localTried = true;
        started = local.execute(sent, version.target(), this);
      } else {
        events.forwarded();
        started = links.execute(choice.node(), sent, version.target(), this);
      }
      attempts.began(mine, started);
    }

    @Override
    public void onAccepted() {
      if (body != null) {
        body.accept();
      }
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> content, CallTiming timing) {
      onAccepted();
      long now = System.nanoTime();
      placement.completed(
          choice.node(),
          request,
          new Observed(
              timing.netNanos(),
              timing.queueNanos(),
              timing.coldNanos(),
              timing.runNanos(),
              timing.heldNanos(),
              timing.cold()),
          now);
      placement.answered(first, request, now - beganNanos);
      if (head instanceof FullHttpResponse full) {
        placement.carried(request, full.content().readableBytes());
      }
      placement.dataRead(request.function(), timing.reads());
      listener.onResponse(head, content, timing);
      if (compared != null && tries == 1) {
        sampler.compare(compared, choice.node(), now - sentNanos, Dispatcher.this::run);
      }
    }

    @Override
    public void onBodyEnd(long bytes) {
      if (!call.upgrade()) {
        placement.carried(request, bytes);
      }
    }

    @Override
    public void onFailure(CallFailure failure) {
      long now = System.nanoTime();
      switch (failure.reach()) {
        case REFUSED -> {
          placement.refused(choice.node(), now);
          call = call.sentBack();
        }
        case TENANT_BUSY -> {
          // One tenant's limit says nothing of the room that the node has for others.
          placement.full(choice.node(), request, now);
          call = call.sentBack();
        }
        case NOT_LOADED -> placement.notLoaded(choice.node(), request, now);
        case NOT_STARTED, UNKNOWN -> {
          if (blames(now)) {
            placement.failed(
                choice.node(), now, failure.problem().retryAfterSeconds() * 1_000_000_000L);
          }
        }
        case RAN -> {
          if (failure.problem().status() >= 500 && !attempts.cancelled()) {
            placement.functionFailed(choice.node(), request, now);
          }
        }
      }
      if (mayTryAgain(failure, now) && chooseAgain(now)) {
        events.retried(failure);
        attempt(now);
        return;
      }
      if (body != null) {
        body.abandon();
      }
      listener.onFailure(failure);
    }

    /** A caller that has gone, or whose time was up, says nothing of the node. */
    private boolean blames(long now) {
      return !choice.local() && !attempts.cancelled() && now - call.deadlineNanos() < 0;
    }

    private boolean mayTryAgain(CallFailure failure, long now) {
      boolean allowed =
          switch (failure.reach()) {
            case REFUSED, TENANT_BUSY, NOT_STARTED, NOT_LOADED -> true;
            case UNKNOWN ->
                !call.upgrade() && (version.idempotent() || SAFE.contains(call.request().method()));
            case RAN -> false;
          };
      return allowed
          && !attempts.cancelled()
          && tries < MAX_TRIES
          && now - call.deadlineNanos() < 0
          && (body == null || body.replayable())
          && retries.take();
    }

    /** The next node, never one tried before; the last try is local. */
    private boolean chooseAgain(long now) {
      request = request.excluding(choice.node());
      ownLoad.refresh(now);
      choice = placement.choose(request, now);
      return choice.allowed() && !(choice.local() && localTried);
    }

    @Override
    public void cancel() {
      attempts.cancel();
    }
  }

  /** Hears what dispatching does, to count it. Must be quick. */
  public interface DispatchListener {
    /** A call was sent to a peer. */
    void forwarded();

    /** A call is tried again because of a failure. */
    void retried(CallFailure failure);
  }
}
