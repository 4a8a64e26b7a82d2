package dev.brink.placement.warmth;

import java.util.EnumMap;
import java.util.Map;

/** One function's idle times, followed by every policy. */
final class KeptFunction {
  private final Map<WarmthPolicyKind, HoldMeter> meters = new EnumMap<>(WarmthPolicyKind.class);
  private final Map<WarmthPolicyKind, Long> heldBefore = new EnumMap<>(WarmthPolicyKind.class);
  private final InstanceScaling scaling;
  private long calls;
  private boolean idle;
  private long worthNanos;
  private int wanted;

  /** One whose calls so far count as a single one, just now. */
  KeptFunction(KeeperSettings settings, long calls, long nowNanos) {
    this.calls = calls;
    this.scaling = new InstanceScaling(settings.least());
    this.wanted = scaling.want(nowNanos, 1, 0, 0);
    for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
      meters.put(kind, new HoldMeter(kind.create(settings.policies())));
    }
  }

  /** Lanes that should have an instance now. */
  int wanted(WarmthPolicyKind active) {
    return idle && !meter(active).held() ? wanted : Math.max(1, wanted);
  }

  /** When an instance that is not wanted now will be, ahead of the next call; else never. */
  long wantedAgainNanos(WarmthPolicyKind active) {
    return meter(active).heldAgainNanos();
  }

  boolean idle() {
    return idle;
  }

  /**
   * Takes in what happened since the last time.
   *
   * @return whether it was called
   */
  boolean observe(
      long nowNanos, FunctionSample sample, WarmthSignals signals, PolicyStandings standings) {
    long newCalls = Math.max(0, sample.calls() - calls);
    calls = sample.calls();
    wanted = scaling.want(nowNanos, newCalls, sample.queued(), sample.execNanos());
    boolean called = newCalls > 0 || sample.inFlight() > 0;
    if (called && idle) {
      end(nowNanos, sample, standings);
    } else if (!called && !idle) {
      begin(nowNanos, signals);
    } else if (idle) {
      meters.values().forEach(meter -> meter.advance(nowNanos));
    }
    return newCalls > 0;
  }

  /** Somebody else made it warm: that counts like a call that has just ended. */
  void warmedByOthers(long nowNanos, WarmthSignals signals) {
    wanted = Math.max(wanted, scaling.want(nowNanos, 1, 0, 0));
    if (idle) {
      begin(nowNanos, signals);
    }
  }

  private void begin(long nowNanos, WarmthSignals signals) {
    idle = true;
    worthNanos = signals.coldWorthNanos();
    meters.forEach(
        (kind, meter) -> {
          heldBefore.put(kind, meter.heldNanos());
          meter.idle(nowNanos, signals);
        });
  }

  private void end(long nowNanos, FunctionSample sample, PolicyStandings standings) {
    idle = false;
    standings.next();
    double megabytes = sample.instanceBytes() / 1e6;
    meters.forEach(
        (kind, meter) -> {
          boolean warm = meter.busy(nowNanos);
          long held = meter.heldNanos() - heldBefore.getOrDefault(kind, 0L);
          standings.add(kind, megabytes * (held + (warm ? 0.0 : worthNanos)) / 1e9);
        });
  }

  private HoldMeter meter(WarmthPolicyKind kind) {
    HoldMeter meter = meters.get(kind);
    if (meter == null) {
      throw new IllegalStateException("no meter of " + kind);
    }
    return meter;
  }
}
