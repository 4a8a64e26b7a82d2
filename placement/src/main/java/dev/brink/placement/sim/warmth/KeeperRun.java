package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.warmth.CalledFunction.Span;
import dev.brink.placement.warmth.FunctionSample;
import dev.brink.placement.warmth.KeeperSettings;
import dev.brink.placement.warmth.NodeSample;
import dev.brink.placement.warmth.WarmthAction;
import dev.brink.placement.warmth.WarmthKeeper;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a whole {@link WarmthKeeper} over functions' use, a beat each second: shadow scoring, change
 * of policy, memory and processor budgets included. Instances are made and discarded at once.
 */
final class KeeperRun {
  private static final long BEAT_NANOS = 1_000_000_000L;
  private static final NodeSample NODE = new NodeSample(4, 3);

  private final WarmthKeeper keeper;
  private final long judgedFromNanos;
  private final long endNanos;

  KeeperRun(KeeperSettings settings, long judgedFromNanos, long endNanos) {
    this.keeper = new WarmthKeeper(settings);
    this.judgedFromNanos = judgedFromNanos;
    this.endNanos = endNanos;
  }

  WarmthKeeper keeper() {
    return keeper;
  }

  WarmthScore run(List<CalledFunction> functions) {
    Map<String, Held> held = new HashMap<>();
    functions.forEach(function -> held.put(function.id(), new Held(function)));
    for (long now = 0; now <= endNanos; now += BEAT_NANOS) {
      long beat = now;
      held.values().forEach(function -> function.pass(beat));
      List<FunctionSample> samples = held.values().stream().map(Held::sample).toList();
      for (WarmthAction action : keeper.beat(beat, NODE, samples)) {
        Held function = held.get(action.id());
        if (function != null) {
          function.lanes = action.lanes();
        }
      }
    }
    return held.values().stream().map(Held::score).reduce(WarmthScore.NONE, WarmthScore::plus);
  }

  private final class Held {
    private final CalledFunction function;
    private int next;
    private int lanes;
    private long begun;
    private long busyUntil = Long.MIN_VALUE;
    private long calls;
    private long cold;
    private double wastedSeconds;

    Held(CalledFunction function) {
      this.function = function;
    }

    void pass(long nowNanos) {
      boolean judged = nowNanos > judgedFromNanos;
      if (judged && lanes > 0 && busyUntil < nowNanos) {
        wastedSeconds += lanes * (nowNanos - Math.max(busyUntil, nowNanos - BEAT_NANOS)) / 1e9;
      }
      while (next < function.busy().size() && function.busy().get(next).startNanos() <= nowNanos) {
        Span span = function.busy().get(next++);
        boolean follows = busyUntil == span.startNanos();
        if (span.startNanos() >= judgedFromNanos) {
          calls++;
          cold += lanes == 0 && !follows ? 1 : 0;
        }
        begun++;
        lanes = Math.max(1, lanes);
        busyUntil = span.endNanos();
      }
      inFlight = busyUntil > nowNanos ? 1 : 0;
    }

    private int inFlight;

    FunctionSample sample() {
      long bytes = (long) (function.memoryMb() * 1e6);
      return new FunctionSample(
          function.id(), begun, inFlight, 0, 1_000_000, PolicyRun.COLD_NANOS, bytes, lanes, 0);
    }

    WarmthScore score() {
      return new WarmthScore(
          calls, cold, function.memoryMb() * wastedSeconds / 1e3 / 3600, Double.NaN);
    }
  }
}
