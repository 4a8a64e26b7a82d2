package dev.brink.mesh.ingress;

import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.Discard;
import dev.brink.placement.Candidate;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One call on one node after the other: once on each of the others, and then in rounds over all of
 * them, the chosen one included, each round beginning with another node. A node on which a first
 * run failed is left out from then on. Each step begins when the one before has ended.
 */
final class RegretComparison implements CallListener {
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double NANOS_PER_MILLI = 1e6;

  private final RegretSampler.Plan plan;
  private final int repeats;
  private final RegretSampler.Runner runner;
  private final UnaryOperator<String> nodeName;
  private final BiConsumer<RegretSampler.Plan, List<RegretSample.Run>> ended;
  private final List<Candidate> others;

  /** The nodes that answered, the chosen one first. */
  private final List<Candidate> nodes = new ArrayList<>();

  private final List<Long> firstNanos = new ArrayList<>();
  private final List<List<Double>> againMillis = new ArrayList<>();

  private int step;
  private long beganNanos;

  /**
   * A comparison that has not begun.
   *
   * @param ended is told what each node took, the chosen one first, once it is over
   */
  RegretComparison(
      RegretSampler.Plan plan,
      List<Candidate> others,
      int repeats,
      RegretSampler.Runner runner,
      UnaryOperator<String> nodeName,
      BiConsumer<RegretSampler.Plan, List<RegretSample.Run>> ended) {
    this.plan = plan;
    this.others = others;
    this.repeats = repeats;
    this.runner = runner;
    this.nodeName = nodeName;
    this.ended = ended;
  }

  void begin(Candidate chosen, long nanos) {
    ranFirst(chosen, nanos);
    goOn();
  }

  private void ranFirst(Candidate node, long nanos) {
    nodes.add(node);
    firstNanos.add(nanos);
    againMillis.add(new ArrayList<>());
  }

  private void goOn() {
    int further = step - others.size();
    if (further < 0) {
      run(others.get(step).node());
    } else if (further < repeats * nodes.size()) {
      run(nodes.get(again(further)).node());
    } else {
      end();
    }
  }

  /** Which of the nodes a repetition is on. */
  private int again(int further) {
    return (further + further / nodes.size()) % nodes.size();
  }

  private void run(String node) {
    Call call = plan.call();
    beganNanos = System.nanoTime();
    var copy =
        new Call(
            plan.copy(),
            call.scheme(),
            null,
            call.clientAddress(),
            call.requestId() + "-r" + (step + 1),
            beganNanos + LIMIT_NANOS);
    var _ = runner.run(node, copy, plan.target(), this);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    long nanos = System.nanoTime() - beganNanos;
    Discard.response(head, body);
    int further = step - others.size();
    if (further < 0) {
      ranFirst(others.get(step), nanos);
    } else {
      againMillis.get(again(further)).add(nanos / NANOS_PER_MILLI);
    }
    step++;
    goOn();
  }

  /** What failed is not compared with. */
  @Override
  public void onFailure(CallFailure failure) {
    step++;
    goOn();
  }

  private void end() {
    List<RegretSample.Run> runs = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      runs.add(
          new RegretSample.Run(
              nodeName.apply(nodes.get(i).node()),
              firstNanos.get(i) / NANOS_PER_MILLI,
              nodes.get(i).scoreNanos() / NANOS_PER_MILLI,
              againMillis.get(i)));
    }
    ended.accept(plan, List.copyOf(runs));
  }
}
