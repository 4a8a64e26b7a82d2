package dev.brink.placement.sim;

import dev.brink.placement.Choice;
import dev.brink.placement.FunctionSample;
import dev.brink.placement.LoadReport;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Observed;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementSettings;
import dev.brink.placement.WarmAdvice;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The production class, as an ingress uses it. */
final class BrinkRule implements Rule {
  private static final int SAMPLES_EVERY_BEATS = 10;

  private final Simulation simulation;
  private final int ingress;
  private final Placement placement;
  private Choice choice = new Choice("", dev.brink.placement.Reason.FASTEST, true, false);
  private int beats;

  BrinkRule(Simulation simulation, int ingress, PlacementSettings settings) {
    this.simulation = simulation;
    this.ingress = ingress;
    int lanes = simulation.scenario().lanes();
    placement = Placement.create(NodeInfo.builder("n" + ingress).lanes(lanes).build(), settings);
    for (int n = 0; n < simulation.scenario().nodes(); n++) {
      if (n != ingress) {
        placement.nodeUp(NodeInfo.builder("n" + n).lanes(lanes).build());
      }
    }
  }

  Placement placement() {
    return placement;
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    choice = placement.choose(request.function().request(), nowNanos);
    return Integer.parseInt(choice.node().substring(1));
  }

  @Override
  public int chooseAgain(SimRequest request, Set<Integer> tried, long nowNanos) {
    Set<String> names = tried.stream().map(node -> "n" + node).collect(Collectors.toSet());
    choice = placement.choose(request.function().request().excluding(names), nowNanos);
    return Integer.parseInt(choice.node().substring(1));
  }

  @Override
  public boolean refusable() {
    return true;
  }

  @Override
  public void refused(Job job, long nowNanos) {
    placement.refused("n" + job.node, nowNanos);
  }

  @Override
  public boolean control() {
    return choice.cohort() == Choice.Cohort.CONTROL;
  }

  @Override
  public void sent(Job job, long nowNanos) {
    placement.sent("n" + job.node, job.request.function().request(), nowNanos);
  }

  @Override
  public void answered(Job job, long nowNanos) {
    long atNode = job.endNanos - job.arriveNanos + job.dataNanos;
    var observed =
        new Observed(
            nowNanos - job.sentNanos - atNode,
            job.queueNanos(),
            job.coldNanos,
            job.runNanos,
            job.coldNanos > 0);
    SimFunction function = job.request.function();
    placement.completed("n" + job.node, function.request(), observed, nowNanos);
    if (function.dataNode() >= 0) {
      placement.dataAt("k" + function.index(), Set.of("n" + function.dataNode()));
      placement.dataRead(function.id(), Map.of("k" + function.index(), 1));
    }
  }

  @Override
  public void served(Job job, long nowNanos) {
    placement.served(job.request.function().request(), job.runNanos, nowNanos);
  }

  @Override
  public double slow(long nowNanos) {
    return placement.ownSlow(nowNanos);
  }

  @Override
  public void failed(Job job, long nowNanos) {
    placement.failed("n" + job.node, nowNanos, 0);
  }

  @Override
  public void reported(int node, LoadReport report, long nowNanos) {
    placement.report(report, nowNanos);
  }

  @Override
  public void pinged(int node, long rttNanos, long nowNanos) {
    placement.rtt("n" + node, rttNanos, nowNanos);
    if (simulation.scenario().dataShare() == 0) {
      return; // nobody asks for distances
    }
    for (Rule other : simulation.rules()) {
      if (other != this && other instanceof BrinkRule brink) {
        brink.placement.distance("n" + ingress, "n" + node, rttNanos);
      }
    }
  }

  @Override
  public void turn(long nowNanos) {
    placement.turn(nowNanos);
  }

  @Override
  public List<WarmAdvice> advice() {
    beats++;
    if (beats % SAMPLES_EVERY_BEATS == ingress % SAMPLES_EVERY_BEATS) {
      List<FunctionSample> samples = placement.takeSamples();
      for (Rule other : simulation.rules()) {
        if (other != this && other instanceof BrinkRule brink) {
          samples.forEach(brink.placement::learn);
        }
      }
    }
    return placement.takeWarmAdvice();
  }
}
