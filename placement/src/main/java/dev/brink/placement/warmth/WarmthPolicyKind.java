package dev.brink.placement.warmth;

import java.util.Locale;

/** The policies there are. */
public enum WarmthPolicyKind {
  /** The same time after each call: ten minutes unless {@link WarmthSettings} says otherwise. */
  FIXED_WINDOW,
  /**
   * Pre-warming and keep-alive from a histogram of idle times: Shahrad et al., "Serverless in the
   * Wild", USENIX ATC 2020.
   */
  HYBRID_HISTOGRAM,
  /**
   * Tabular Q-learning over processor use, instances and failures: Agarwal, Rodriguez and Buyya, "A
   * Reinforcement Learning Approach to Reduce Serverless Function Cold Start Frequency", CCGrid
   * 2021.
   */
  Q_LEARNING,
  /**
   * The default: of all windows the one that would have cost least over the last 64 idle times, a
   * cold start being priced in idle time.
   */
  LEARNED_COST;

  /** One for one function, with nothing learned yet. */
  public WarmthPolicy create(WarmthSettings settings) {
    return switch (this) {
      case FIXED_WINDOW -> new FixedWindow(settings.fixedWindowNanos());
      case HYBRID_HISTOGRAM -> new HybridHistogram();
      case Q_LEARNING -> new QLearning(settings.seed());
      case LEARNED_COST -> new LearnedCost(settings.longestNanos());
    };
  }

  /** As configuration and metrics spell it: {@code learned-cost}. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
