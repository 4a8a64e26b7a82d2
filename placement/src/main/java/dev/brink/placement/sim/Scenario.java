package dev.brink.placement.sim;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.List;

/** What is simulated: everything but the rule and the seed. Immutable. */
final class Scenario {
  /** What goes wrong, and when. */
  sealed interface Fault {
    Duration at();

    Duration until();

    /** A node's work takes this many times as long. */
    record Slow(int node, double factor, Duration at, Duration until) implements Fault {}

    /** Each message to or from a node takes this much longer, counted there and back. */
    record FarAway(int node, Duration more, Duration at, Duration until) implements Fault {}

    /** A node answers nothing and says nothing. */
    record Dead(int node, Duration at, Duration until) implements Fault {}
  }

  private final RttMatrix matrix;
  private final InvocationTrace trace;
  private final int nodes;
  private final int lanes;
  private final double load;
  private final Duration length;
  private final Duration warmUp;
  private final Duration coldMedian;
  private final Duration furtherCold;
  private final double nodeMemoryMb;
  private final double ingressSkew;
  private final double dataShare;
  private final double runScale;
  private final Duration longestMean;
  private final boolean knownRuns;
  private final double judged;
  private final List<Fault> faults;

  private Scenario(Builder builder) {
    matrix = builder.matrix;
    trace = builder.trace;
    nodes = builder.nodes;
    lanes = builder.lanes;
    load = builder.load;
    length = builder.length;
    warmUp = builder.warmUp;
    coldMedian = builder.coldMedian;
    furtherCold = builder.furtherCold;
    nodeMemoryMb = builder.nodeMemoryMb;
    ingressSkew = builder.ingressSkew;
    dataShare = builder.dataShare;
    runScale = builder.runScale;
    longestMean = builder.longestMean;
    knownRuns = builder.knownRuns;
    judged = builder.judged;
    faults = builder.faults;
  }

  static Builder builder(RttMatrix matrix, InvocationTrace trace) {
    return new Builder(matrix, trace);
  }

  RttMatrix matrix() {
    return matrix;
  }

  InvocationTrace trace() {
    return trace;
  }

  int nodes() {
    return nodes;
  }

  int lanes() {
    return lanes;
  }

  double load() {
    return load;
  }

  long lengthNanos() {
    return length.toNanos();
  }

  /** Before this nothing is counted. */
  long warmUpNanos() {
    return warmUp.toNanos();
  }

  long coldMedianNanos() {
    return coldMedian.toNanos();
  }

  /** What a further instance takes at most where a node has one of the function. */
  long furtherColdNanos() {
    return furtherCold.toNanos();
  }

  double nodeMemoryMb() {
    return nodeMemoryMb;
  }

  double ingressSkew() {
    return ingressSkew;
  }

  double dataShare() {
    return dataShare;
  }

  double runScale() {
    return runScale;
  }

  double longestMeanMillis() {
    return longestMean.toNanos() / 1e6;
  }

  boolean knownRuns() {
    return knownRuns;
  }

  /** The share of the requests of which it is worked out what each node would have given them. */
  double judged() {
    return judged;
  }

  List<Fault> faults() {
    return faults;
  }

  /** Not thread-safe. */
  static final class Builder {
    private final RttMatrix matrix;
    private final InvocationTrace trace;
    private int nodes = 24;
    private int lanes = 4;
    private double load = 0.6;
    private Duration length = Duration.ofSeconds(90);
    private Duration warmUp = Duration.ofSeconds(30);
    private Duration coldMedian = Duration.ofMillis(200);
    private Duration furtherCold = Duration.ofMillis(1);
    private double nodeMemoryMb = 1024;
    private double ingressSkew = 1;
    private double dataShare;
    private double runScale = 0.1;
    private Duration longestMean = Duration.ofSeconds(1);
    private boolean knownRuns;
    private double judged = 1;
    private List<Fault> faults = List.of();

    private Builder(RttMatrix matrix, InvocationTrace trace) {
      this.matrix = matrix;
      this.trace = trace;
    }

    @CanIgnoreReturnValue
    Builder nodes(int nodes) {
      if (nodes < 1 || nodes > matrix.size()) {
        throw new IllegalArgumentException(
            "nodes: " + nodes + " (expected: 1 to " + matrix.size() + ")");
      }
      this.nodes = nodes;
      return this;
    }

    @CanIgnoreReturnValue
    Builder lanes(int lanes) {
      this.lanes = lanes;
      return this;
    }

    /** The share of all lanes' time that the requests' runs take, cold starts not counted. */
    @CanIgnoreReturnValue
    Builder load(double load) {
      if (!(load > 0 && load < 2)) {
        throw new IllegalArgumentException("load: " + load + " (expected: above 0, below 2)");
      }
      this.load = load;
      return this;
    }

    @CanIgnoreReturnValue
    Builder time(Duration warmUp, Duration length) {
      this.warmUp = warmUp;
      this.length = length;
      return this;
    }

    @CanIgnoreReturnValue
    Builder coldMedian(Duration coldMedian) {
      this.coldMedian = coldMedian;
      return this;
    }

    /**
     * What a further instance takes at most, on a usual node that has one of the function: 1 ms
     * when left out, as a real node makes one of what it has parsed in 0.3 to 0.5.
     */
    @CanIgnoreReturnValue
    Builder furtherCold(Duration most) {
      this.furtherCold = most;
      return this;
    }

    @CanIgnoreReturnValue
    Builder nodeMemoryMb(double megabytes) {
      this.nodeMemoryMb = megabytes;
      return this;
    }

    /** Demand at the k-th ingress goes with k to the minus this: 0 is even. */
    @CanIgnoreReturnValue
    Builder ingressSkew(double exponent) {
      this.ingressSkew = exponent;
      return this;
    }

    /** How many of the functions read a key that lies on one node, once per call. */
    @CanIgnoreReturnValue
    Builder dataShare(double share) {
      this.dataShare = share;
      return this;
    }

    /**
     * What the trace's functions are turned into.
     *
     * @param scale of the run times
     * @param longestMean functions that took longer in the trace, on average, are left out
     */
    @CanIgnoreReturnValue
    Builder runs(double scale, Duration longestMean) {
      this.runScale = scale;
      this.longestMean = longestMean;
      return this;
    }

    /**
     * Whether nodes know how long their runs will take, which no real one does: what is left of the
     * regret is then the rule's and the network's.
     */
    @CanIgnoreReturnValue
    Builder knownRuns(boolean known) {
      this.knownRuns = known;
      return this;
    }

    /**
     * The share of the requests, drawn by lot, of which the omniscient one works out what the best
     * node would have given them, which takes most of a simulation's time. The others have a
     * latency, and no regret.
     */
    @CanIgnoreReturnValue
    Builder judged(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("judged: " + share + " (expected: 0 to 1)");
      }
      this.judged = share;
      return this;
    }

    @CanIgnoreReturnValue
    Builder faults(List<Fault> faults) {
      this.faults = List.copyOf(faults);
      return this;
    }

    Scenario build() {
      return new Scenario(this);
    }
  }
}
