package dev.brink.mesh.ingress;

import dev.brink.mesh.config.PlacementConfig;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Binding;
import dev.brink.placement.Candidate;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Measures what choices were worth: runs a sample of the calls of idempotent functions, those
 * without a body, on the other candidates too, one after the other once the client has its answer,
 * and then, if so set, some times more on each. At most four calls are compared at once and the
 * last 1,024 comparisons are kept. Thread-safe.
 */
public final class RegretSampler {
  private static final int MAX_AT_ONCE = 4;
  private static final int MAX_OTHERS = 16;
  private static final int KEPT = 1_024;

  private final double share;
  private final int repeats;
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
   * A call that is to be compared.
   *
   * @param copy of its request, which nobody changes
   * @param candidates the nodes as the choice saw them
   */
  record Plan(Call call, HttpRequest copy, Target.Function target, List<Candidate> candidates) {}

  /**
   * For one node.
   *
   * @param options how many calls are compared, and how often
   * @param nodeName from a node's id to what people call it
   * @param heard is told each regret, to count it
   */
  public RegretSampler(
      PlacementConfig options,
      Placement placement,
      UnaryOperator<String> nodeName,
      DoubleConsumer heard) {
    this.share = options.regretSample();
    this.repeats = options.regretRepeats();
    this.placement = placement;
    this.nodeName = nodeName;
    this.heard = heard;
  }

  /** What is to be compared of a call that is about to be sent; drawn by lot, mostly nothing. */
  @Nullable Plan plan(Call call, Binding.Version version, PlacementRequest request, long now) {
    boolean wanted =
        share > 0
            && version.idempotent()
            && call.body() == null
            && ThreadLocalRandom.current().nextDouble() < share;
    return wanted
        ? new Plan(
            call,
            copy(call.request()),
            version.target(),
            placement.explain(request, now).candidates())
        : null;
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
   * @param chosen the node that answered
   * @param nanos how long that took
   */
  void compare(Plan plan, String chosen, long nanos, Runner runner) {
    if (underWay.incrementAndGet() > MAX_AT_ONCE) {
      underWay.decrementAndGet();
      return;
    }
    List<Candidate> others =
        plan.candidates().stream()
            .filter(candidate -> candidate.exclusion().isEmpty())
            .filter(candidate -> !candidate.node().equals(chosen))
            .limit(MAX_OTHERS)
            .toList();
    Candidate first =
        plan.candidates().stream()
            .filter(candidate -> candidate.node().equals(chosen))
            .findFirst()
            .orElse(null);
    if (first == null || others.isEmpty()) {
      underWay.decrementAndGet();
      return;
    }
    new RegretComparison(plan, others, repeats, runner, nodeName, this::end).begin(first, nanos);
  }

  private static HttpRequest copy(HttpRequest request) {
    return new DefaultHttpRequest(
        request.protocolVersion(), request.method(), request.uri(), request.headers().copy());
  }

  private void end(Plan plan, List<RegretSample.Run> runs) {
    underWay.decrementAndGet();
    if (runs.size() < 2) {
      return;
    }
    double chosen = runs.getFirst().millis();
    double least = runs.stream().mapToDouble(RegretSample.Run::millis).min().orElse(chosen);
    double regret = least > 0 ? chosen / least : 1;
    heard.accept(regret);
    Target.Function target = plan.target();
    var sample =
        new RegretSample(
            InstantSource.system().instant(),
            target.tenant(),
            target.name(),
            runs.getFirst().node(),
            regret,
            runs);
    synchronized (kept) {
      if (kept.size() == KEPT) {
        kept.removeFirst();
      }
      kept.addLast(sample);
    }
  }
}
