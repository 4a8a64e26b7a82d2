package dev.brink.placement.warmth;

import java.util.EnumMap;
import java.util.Map;

/** One function's idle times, followed by every policy. */
final class KeptFunction {
  private final Map<WarmthPolicyKind, HoldMeter> meters = new EnumMap<>(WarmthPolicyKind.class);

  /** What each policy held before that is in the standings already. */
  private final Map<WarmthPolicyKind, Long> charged = new EnumMap<>(WarmthPolicyKind.class);

  private final InstanceScaling scaling;
  private long calls;
  private boolean idle;

  /**
   * Whether it was ever called: the time from its loading to its first call is no gap of its
   * callers.
   */
  private boolean everCalled;

  private long worthNanos;
  private double megabytes;
  private int wanted;

  /** One whose calls so far count as a single one, just now. */
  KeptFunction(KeeperSettings settings, long calls, long nowNanos) {
    this.calls = calls;
    this.everCalled = calls > 0;
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
    megabytes = sample.instanceBytes() / 1e6;
    wanted = scaling.want(nowNanos, newCalls, sample.queued(), sample.execNanos());
    boolean called = newCalls > 0 || sample.inFlight() > 0;
    if (called && idle) {
      end(nowNanos, standings);
    } else if (!called && !idle) {
      begin(nowNanos, signals);
    } else if (idle) {
      charge(nowNanos, standings);
    }
    everCalled |= called;
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
    meters.values().forEach(meter -> meter.idle(nowNanos, signals));
  }

  /** It is gone, maybe in an idle time that no call will end. */
  void gone(long nowNanos, PolicyStandings standings) {
    if (idle) {
      charge(nowNanos, standings);
    }
  }

  /**
   * What was held since the last time is paid for at once: an idle time may never end, and who
   * holds long would then hold for nothing.
   */
  private void charge(long nowNanos, PolicyStandings standings) {
    meters.forEach(
        (kind, meter) -> {
          meter.advance(nowNanos);
          long held = meter.heldNanos() - charged.getOrDefault(kind, 0L);
          charged.put(kind, meter.heldNanos());
          standings.add(kind, megabytes * held / 1e9);
        });
  }

  private void end(long nowNanos, PolicyStandings standings) {
    idle = false;
    standings.next();
    charge(nowNanos, standings);
    meters.forEach(
        (kind, meter) -> {
          boolean warm = everCalled ? meter.busy(nowNanos) : meter.firstCall(nowNanos);
          if (!warm) {
            standings.add(kind, megabytes * worthNanos / 1e9);
          }
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
