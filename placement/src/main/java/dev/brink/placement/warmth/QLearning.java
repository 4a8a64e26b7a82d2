package dev.brink.placement.warmth;

import java.time.Duration;

/**
 * Tabular Q-learning after Agarwal, Rodriguez and Buyya: once a minute, from the processor use, the
 * instances there are and the calls that found none, it takes one instance away, adds one, or
 * leaves it so. As it decides for idle time only, there is at most one instance. The reward is what
 * the minute cost, in cold starts. The learning rate, discount and exploration are ours.
 */
final class QLearning implements WarmthPolicy {
  private static final long STEP_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int CPU_LEVELS = 4;
  private static final int FAILURE_LEVELS = 4;
  private static final int INSTANCES = 2;
  private static final int ACTIONS = 3;
  private static final double RATE = 0.2;
  private static final double DISCOUNT = 0.95;
  private static final double FIRST_EXPLORATION = 0.2;
  private static final double LAST_EXPLORATION = 0.02;
  private static final double FAILURE_WEIGHT = 0.2;

  private final double[][] values = new double[CPU_LEVELS * FAILURE_LEVELS * INSTANCES][ACTIONS];
  private long lots;
  private double failures;
  private double exploration = FIRST_EXPLORATION;
  private double cpu;
  private double worthNanos = 1;
  private int instances = 1;
  private long steppedAtNanos;
  private int state;
  private int action;

  QLearning(long seed) {
    lots = seed;
  }

  @Override
  public void idle(long nowNanos, WarmthSignals signals) {
    cpu = signals.cpu();
    worthNanos = Math.max(1, signals.coldWorthNanos());
    instances = 1;
    steppedAtNanos = nowNanos;
    act();
  }

  @Override
  public Hold hold(long nowNanos) {
    while (nowNanos - steppedAtNanos >= STEP_NANOS) {
      learn(-instances * STEP_NANOS / worthNanos, false);
      steppedAtNanos += STEP_NANOS;
      act();
    }
    return new Hold(instances > 0, steppedAtNanos + STEP_NANOS);
  }

  @Override
  public void busy(long nowNanos) {
    boolean cold = !hold(nowNanos).held();
    failures += FAILURE_WEIGHT * ((cold ? 1 : 0) - failures);
    double idle = instances * (double) (nowNanos - steppedAtNanos);
    learn(-idle / worthNanos - (cold ? 1 : 0), true);
    exploration = Math.max(LAST_EXPLORATION, exploration * 0.99);
  }

  private void act() {
    state = state();
    action = lot() < exploration ? (int) (lot() * ACTIONS) : best(state);
    instances = Math.clamp(instances + action - 1L, 0, INSTANCES - 1);
  }

  /** From 0 to 1, without 1: SplitMix64. */
  private double lot() {
    lots += 0x9E3779B97F4A7C15L;
    long z = (lots ^ (lots >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
  }

  private void learn(double reward, boolean last) {
    double future = last ? 0 : DISCOUNT * values[state()][best(state())];
    values[state][action] += RATE * (reward + future - values[state][action]);
  }

  private int state() {
    int cpuLevel = Math.min(CPU_LEVELS - 1, (int) (cpu * CPU_LEVELS));
    int failureLevel = Math.min(FAILURE_LEVELS - 1, (int) (failures * FAILURE_LEVELS));
    return (cpuLevel * FAILURE_LEVELS + failureLevel) * INSTANCES + instances;
  }

  /** Leaving it so, where nothing is better. */
  private int best(int of) {
    int best = 1;
    for (int i = 0; i < ACTIONS; i++) {
      if (values[of][i] > values[of][best]) {
        best = i;
      }
    }
    return best;
  }
}
