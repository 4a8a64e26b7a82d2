package dev.brink.mesh.ingress;

import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Binding;
import dev.brink.placement.Candidate;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Measures what choices were worth: runs a sample of the calls of idempotent functions, those
 * without a body, on the other candidates too, one after the other once the client has its answer.
 * At most four calls are compared at once and the last 1,024 comparisons are kept. Thread-safe.
 */
public final class RegretSampler {
  private static final int MAX_AT_ONCE = 4;
  private static final int MAX_OTHERS = 16;
  private static final int KEPT = 1_024;
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double NANOS_PER_MILLI = 1e6;

  private final double share;
  private final Placement placement;
  private final UnaryOperator<String> nodeName;
  private final DoubleConsumer heard;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Deque<RegretSample> kept = new ArrayDeque<>();

  /** Sends a call to a node. */
  @FunctionalInterface
  interface Runner {
    Executor.Running run(String node, Call call, Target.Function target, CallListener listener);
  }

  /**
   * For one node.
   *
   * @param share of the calls that are compared, 0 to 1
   * @param nodeName from a node's id to what people call it
   * @param heard is told each regret, to count it
   */
  public RegretSampler(
      double share, Placement placement, UnaryOperator<String> nodeName, DoubleConsumer heard) {
    this.share = share;
    this.placement = placement;
    this.nodeName = nodeName;
    this.heard = heard;
  }

  /** Whether a call is to be compared; drawn by lot. */
  boolean wants(Binding.Version version, Call call) {
    return share > 0
        && version.idempotent()
        && call.body() == null
        && ThreadLocalRandom.current().nextDouble() < share;
  }

  /** The last comparisons, oldest first. */
  public List<RegretSample> samples() {
    synchronized (kept) {
      return List.copyOf(kept);
    }
  }

  /**
   * Compares a call that was answered.
   *
   * @param copy of the request, which nobody changes
   * @param chosen the node that answered
   * @param nanos how long that took
   */
  void compare(
      Call call,
      HttpRequest copy,
      Binding.Version version,
      PlacementRequest request,
      String chosen,
      long nanos,
      Runner runner) {
    if (underWay.incrementAndGet() > MAX_AT_ONCE) {
      underWay.decrementAndGet();
      return;
    }
    List<String> others =
        placement.explain(request, System.nanoTime()).candidates().stream()
            .filter(candidate -> candidate.exclusion().isEmpty())
            .map(Candidate::node)
            .filter(node -> !node.equals(chosen))
            .limit(MAX_OTHERS)
            .toList();
    new Comparison(call, copy, version, others, runner).begin(chosen, nanos);
  }

  /** A copy of a request that may be sent again later. */
  static HttpRequest copy(HttpRequest request) {
    return new DefaultHttpRequest(
        request.protocolVersion(), request.method(), request.uri(), request.headers().copy());
  }

  /** One call on one node after the other. */
  private final class Comparison implements CallListener {
    private final Call call;
    private final HttpRequest request;
    private final Binding.Version version;
    private final List<String> others;
    private final Runner runner;
    private final List<RegretSample.Run> runs = new ArrayList<>();
    private int next;
    private long beganNanos;

    Comparison(
        Call call,
        HttpRequest request,
        Binding.Version version,
        List<String> others,
        Runner runner) {
      this.call = call;
      this.request = request;
      this.version = version;
      this.others = others;
      this.runner = runner;
    }

    void begin(String chosen, long nanos) {
      ran(chosen, nanos);
      goOn();
    }

    private void ran(String node, long nanos) {
      runs.add(new RegretSample.Run(nodeName.apply(node), nanos / NANOS_PER_MILLI));
    }

    private void goOn() {
      if (next == others.size()) {
        end();
        return;
      }
      String node = others.get(next++);
      beganNanos = System.nanoTime();
      var again =
          new Call(
              request,
              call.scheme(),
              null,
              call.clientAddress(),
              call.requestId() + "-r" + next,
              beganNanos + LIMIT_NANOS);
      var _ = runner.run(node, again, version.target(), this);
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      ran(timing.node(), System.nanoTime() - beganNanos);
      ReferenceCountUtil.release(head);
      if (body != null) {
        body.subscribe(new Unread());
      }
      goOn();
    }

    /** What failed is not compared with. */
    @Override
    public void onFailure(CallFailure failure) {
      goOn();
    }

    private void end() {
      underWay.decrementAndGet();
      if (runs.size() < 2) {
        return;
      }
      double chosen = runs.getFirst().millis();
      double least = runs.stream().mapToDouble(RegretSample.Run::millis).min().orElse(chosen);
      double regret = least > 0 ? chosen / least : 1;
      heard.accept(regret);
      Target.Function target = version.target();
      synchronized (kept) {
        if (kept.size() == KEPT) {
          kept.removeFirst();
        }
        kept.addLast(
            new RegretSample(
                InstantSource.system().instant(),
                target.tenant(),
                target.name(),
                runs.getFirst().node(),
                regret,
                runs));
      }
    }
  }

  /** Wants nothing of a body. */
  private static final class Unread implements Flow.Subscriber<ByteBuf> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.cancel();
    }

    @Override
    public void onNext(ByteBuf buffer) {
      buffer.release();
    }

    @Override
    public void onError(Throwable cause) {
      // Its beginning was what counted.
    }

    @Override
    public void onComplete() {
      // Its beginning was what counted.
    }
  }
}
