package dev.brink.mesh.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the node is to placement, and how it places.
 *
 * @param capabilities what it offers that not every node does; functions can ask for it
 * @param loadLimit the utilisation, 0 to 1, from which on it takes nothing from other nodes
 * @param controlShare how many of the requests that could run here warm do, whatever the rule says,
 *     to be compared with the others
 * @param regretSample how many of the calls of idempotent functions run on the other candidates
 *     too, to measure what the choice was worth
 * @param regretRepeats how many times more such a call then runs on each of them, the chosen one
 *     included, to tell the choice from chance
 * @param measureAllUpTo up to how many nodes the round trip to each is measured each second
 * @param probes how many round trips are measured a second in a larger mesh
 * @param emulatedRtt added to the links to peers, by their names; for tests and benchmarks
 */
public record PlacementConfig(
    List<String> capabilities,
    double loadLimit,
    double controlShare,
    double regretSample,
    int regretRepeats,
    int measureAllUpTo,
    int probes,
    Map<String, Duration> emulatedRtt) {
  public PlacementConfig {
    capabilities = List.copyOf(capabilities);
    emulatedRtt = Map.copyOf(emulatedRtt);
  }

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.capabilities = capabilities;
    builder.loadLimit = loadLimit;
    builder.controlShare = controlShare;
    builder.regretSample = regretSample;
    builder.regretRepeats = regretRepeats;
    builder.measureAllUpTo = measureAllUpTo;
    builder.probes = probes;
    builder.emulatedRtt = emulatedRtt;
    return builder;
  }

  /**
   * Defaults: no capabilities, no load limit, a control group of 1 %, no samples, all pairs
   * measured up to 64 nodes and 16 a second beyond, no delays.
   */
  public static final class Builder {
    private List<String> capabilities = List.of();
    private double loadLimit = 1;
    private double controlShare = 0.01;
    private double regretSample;
    private int regretRepeats;
    private int measureAllUpTo = 64;
    private int probes = 16;
    private Map<String, Duration> emulatedRtt = Map.of();

    Builder() {}

    public Builder capabilities(List<String> names) {
      capabilities = List.copyOf(names);
      return this;
    }

    public Builder loadLimit(double utilisation) {
      loadLimit = utilisation;
      return this;
    }

    public Builder controlShare(double share) {
      controlShare = share;
      return this;
    }

    public Builder regretSample(double share) {
      regretSample = share;
      return this;
    }

    /** How often a call that is compared is repeated on each node: 0 to 10. */
    public Builder regretRepeats(int times) {
      regretRepeats = times;
      return this;
    }

    /** Up to how many nodes, this one included, the round trip to each is measured: 1 to 1,000. */
    public Builder measureAllUpTo(int nodes) {
      measureAllUpTo = nodes;
      return this;
    }

    /** How many round trips are measured a second in a larger mesh: 1 to 1,000. */
    public Builder probes(int aSecond) {
      probes = aSecond;
      return this;
    }

    public Builder emulatedRtt(Map<String, Duration> byNode) {
      emulatedRtt = Map.copyOf(byNode);
      return this;
    }

    PlacementConfig build() {
      return new PlacementConfig(
          capabilities,
          loadLimit,
          controlShare,
          regretSample,
          regretRepeats,
          measureAllUpTo,
          probes,
          emulatedRtt);
    }
  }
}
