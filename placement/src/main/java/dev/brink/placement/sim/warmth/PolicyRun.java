package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.warmth.CalledFunction.Span;
import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.HoldMeter;
import dev.brink.placement.warmth.WarmthPolicyKind;
import dev.brink.placement.warmth.WarmthSettings;
import dev.brink.placement.warmth.WarmthSignals;
import java.time.Duration;
import java.util.List;

/**
 * Runs one policy over functions' use. It learns from the begin on and is judged from a later time;
 * a cold start takes a second.
 */
final class PolicyRun {
  static final long COLD_NANOS = Duration.ofSeconds(1).toNanos();

  private final WarmthPolicyKind kind;
  private final WarmthSettings settings;
  private final ColdPrice price;
  private final long judgedFromNanos;
  private final long endNanos;

  PolicyRun(
      WarmthPolicyKind kind,
      WarmthSettings settings,
      ColdPrice price,
      long judgedFromNanos,
      long endNanos) {
    this.kind = kind;
    this.settings = settings;
    this.price = price;
    this.judgedFromNanos = judgedFromNanos;
    this.endNanos = endNanos;
  }

  WarmthScore run(List<CalledFunction> functions) {
    return functions.stream().map(this::run).reduce(WarmthScore.NONE, WarmthScore::plus);
  }

  private WarmthScore run(CalledFunction function) {
    var meter = new HoldMeter(kind.create(settings));
    long bytes = (long) (function.memoryMb() * 1e6);
    long worth = price.worthNanos(COLD_NANOS, bytes, 0);
    var signals = new WarmthSignals(worth, COLD_NANOS, 0.3);
    long calls = 0;
    long cold = 0;
    long heldBefore = 0;
    boolean judged = false;
    boolean idle = false;
    List<Span> busy = function.busy();
    for (int i = 0; i < busy.size(); i++) {
      Span span = busy.get(i);
      if (!judged && span.startNanos() >= judgedFromNanos) {
        judged = true;
        heldBefore = heldAt(meter, idle, judgedFromNanos);
      }
      boolean follows = i > 0 && busy.get(i - 1).endNanos() == span.startNanos();
      boolean warm = follows || (idle && meter.busy(span.startNanos()));
      if (judged) {
        calls++;
        cold += warm ? 0 : 1;
      }
      idle = i + 1 == busy.size() || busy.get(i + 1).startNanos() > span.endNanos();
      if (idle) {
        meter.idle(span.endNanos(), signals);
      }
    }
    if (!judged) {
      heldBefore = heldAt(meter, idle, judgedFromNanos);
    }
    double heldSeconds = (heldAt(meter, idle, endNanos) - heldBefore) / 1e9;
    double cost = function.memoryMb() * (heldSeconds + cold * (worth / 1e9));
    return new WarmthScore(calls, cold, function.memoryMb() * heldSeconds / 1e3 / 3600, cost);
  }

  private static long heldAt(HoldMeter meter, boolean idle, long nowNanos) {
    if (idle) {
      meter.advance(nowNanos);
    }
    return meter.heldNanos();
  }
}
