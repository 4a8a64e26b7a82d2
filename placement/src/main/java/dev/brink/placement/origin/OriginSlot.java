package dev.brink.placement.origin;

import java.util.concurrent.atomic.AtomicInteger;

/** One origin's place in an {@link OriginPool}, with what the pool knows of it. Thread-safe. */
public final class OriginSlot {
  /** With so little of its share a returned origin starts. */
  private static final double FIRST_RAMP = 0.1;

  private final String id;
  private final long hash;
  private final long slowStartNanos;
  private final Latency latency = new Latency();
  private volatile int weight;
  private volatile int tier;
  private final AtomicInteger active = new AtomicInteger();

  private final AtomicInteger recentSuccesses = new AtomicInteger();
  private final AtomicInteger recentFailures = new AtomicInteger();

  /** Failed requests in a row. */
  private final AtomicInteger failures = new AtomicInteger();

  // The rest changes under the pool's lock only.
  private int goodChecks;
  private int badChecks;
  private int ejections;
  private volatile boolean down;
  private volatile boolean onProbation;
  private volatile Rest rest = Rest.NONE;
  private volatile Rest downtime = Rest.NONE;

  /** How an origin stands. */
  public enum Health {
    /** Gets requests. */
    HEALTHY,
    /** The active checks fail. */
    UNHEALTHY,
    /** Rests after failed requests. */
    EJECTED
  }

  /** A time without requests, the last one. */
  private record Rest(boolean any, long untilNanos) {
    static final Rest NONE = new Rest(false, 0);
  }

  OriginSlot(OriginSpec spec, HealthSettings settings) {
    this.id = spec.id();
    this.hash = Mix.of(spec.id());
    this.slowStartNanos = settings.slowStartNanos();
    this.weight = spec.weight();
    this.tier = spec.tier();
  }

  /** As in its {@link OriginSpec}. */
  public String id() {
    return id;
  }

  /** As in its {@link OriginSpec}; an update of the pool can change it. */
  public int weight() {
    return weight;
  }

  /** As in its {@link OriginSpec}; an update of the pool can change it. */
  public int tier() {
    return tier;
  }

  /** Requests in flight. */
  public int active() {
    return active.get();
  }

  /** How it stands. An origin that is both down and ejected counts as down. */
  public Health health(long nowNanos) {
    if (down) {
      return Health.UNHEALTHY;
    }
    return ejected(nowNanos) ? Health.EJECTED : Health.HEALTHY;
  }

  @Override
  public String toString() {
    return "OriginSlot[" + id + ", weight=" + weight + ", active=" + active + "]";
  }

  void configure(OriginSpec spec) {
    this.weight = spec.weight();
    this.tier = spec.tier();
  }

  long hash() {
    return hash;
  }

  Latency latency() {
    return latency;
  }

  /** The part of its share that it gets: all, except for a while after it has come back. */
  double ramp(long nowNanos) {
    if (slowStartNanos == 0) {
      return 1;
    }
    return Math.min(ramp(rest, nowNanos), ramp(downtime, nowNanos));
  }

  private double ramp(Rest last, long nowNanos) {
    if (!last.any) {
      return 1;
    }
    return Math.clamp((double) (nowNanos - last.untilNanos) / slowStartNanos, FIRST_RAMP, 1);
  }

  void count(boolean failure) {
    (failure ? recentFailures : recentSuccesses).incrementAndGet();
  }

  int takeSuccesses() {
    return recentSuccesses.getAndSet(0);
  }

  int takeFailures() {
    return recentFailures.getAndSet(0);
  }

  void started() {
    active.incrementAndGet();
  }

  void ended() {
    active.decrementAndGet();
  }

  boolean ejected(long nowNanos) {
    Rest last = rest;
    return last.any && nowNanos - last.untilNanos < 0;
  }

  /** When the ejection under way ends. */
  long ejectedUntilNanos() {
    return rest.untilNanos;
  }

  /** A request went well; true where that ends a probation, which the pool must then do. */
  boolean succeeded(long nowNanos) {
    if (failures.get() != 0) {
      failures.set(0);
    }
    return onProbation && !ejected(nowNanos);
  }

  /** A request failed; true where it has failed so often in a row that it should rest. */
  boolean failed(HealthSettings settings, long nowNanos) {
    int inRow = failures.accumulateAndGet(1, (a, b) -> Math.min(a + b, 1 << 20));
    int limit = onProbation ? 1 : settings.ejectAfterFailures();
    return inRow >= limit && !ejected(nowNanos);
  }

  /** Ends the probation, unless it was ejected again meanwhile. */
  void proved(long nowNanos) {
    if (!ejected(nowNanos)) {
      onProbation = false;
    }
  }

  void eject(HealthSettings settings, long nowNanos) {
    boolean again = rest.any && nowNanos - rest.untilNanos < settings.maxEjectNanos();
    ejections = again ? ejections + 1 : 1;
    long nanos = settings.ejectNanos();
    for (int i = 1; i < ejections && nanos < settings.maxEjectNanos(); i++) {
      nanos *= 2;
    }
    rest = new Rest(true, nowNanos + Math.min(nanos, settings.maxEjectNanos()));
    onProbation = true;
    failures.set(0);
  }

  /** An active check has ended; true where the origin's standing changes by it. */
  boolean checked(boolean ok, HealthSettings settings, long nowNanos) {
    goodChecks = ok ? Math.min(goodChecks + 1, settings.healthyThreshold()) : 0;
    badChecks = ok ? 0 : Math.min(badChecks + 1, settings.unhealthyThreshold());
    if (down && goodChecks >= settings.healthyThreshold()) {
      down = false;
      downtime = new Rest(true, nowNanos);
      failures.set(0);
      return true;
    }
    if (!down && badChecks >= settings.unhealthyThreshold()) {
      down = true;
      return true;
    }
    return false;
  }
}
