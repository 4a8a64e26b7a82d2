package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Map;
import java.util.Set;

/** What is fixed about a node while it is up. Immutable. */
public final class NodeInfo {
  private final String id;
  private final String name;
  private final int lanes;
  private final Map<String, String> labels;
  private final Set<String> capabilities;
  private final double loadLimit;

  private NodeInfo(Builder builder) {
    id = builder.id;
    name = builder.name;
    lanes = builder.lanes;
    labels = builder.labels;
    capabilities = builder.capabilities;
    loadLimit = builder.loadLimit;
  }

  /** A node with one lane, no labels, no capabilities, no load limit and its id as its name. */
  public static NodeInfo of(String id) {
    return builder(id).build();
  }

  /**
   * Starts from the defaults: one lane, no labels, no capabilities, no load limit, the id as the
   * name.
   */
  public static Builder builder(String id) {
    return new Builder(id);
  }

  /** Unique in the mesh; a node that restarts may keep it. */
  public String id() {
    return id;
  }

  /** For people. */
  public String name() {
    return name;
  }

  /** Threads that run guests, at least 1. A load report may correct it. */
  public int lanes() {
    return lanes;
  }

  /** Region, zone, architecture and whatever else the operator says about the node. */
  public Map<String, String> labels() {
    return labels;
  }

  /** What it offers that not every node does, such as a binding: see {@link Hints#needs}. */
  public Set<String> capabilities() {
    return capabilities;
  }

  /** The utilisation, 0 to 1, from which on it takes nothing from other nodes; 1 is no limit. */
  public double loadLimit() {
    return loadLimit;
  }

  @Override
  public String toString() {
    return "NodeInfo[" + id + ", " + name + ", lanes=" + lanes + ", " + labels + "]";
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final String id;
    private String name;
    private int lanes = 1;
    private Map<String, String> labels = Map.of();
    private Set<String> capabilities = Set.of();
    private double loadLimit = 1;

    private Builder(String id) {
      this.id = requireNonNull(id, "id");
      this.name = id;
      if (id.isEmpty()) {
        throw new IllegalArgumentException("id: \"\" (expected: at least one character)");
      }
    }

    @CanIgnoreReturnValue
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Comes from another node, so a value below 1 is taken as 1 instead of refused. */
    @CanIgnoreReturnValue
    public Builder lanes(int lanes) {
      this.lanes = Math.max(1, lanes);
      return this;
    }

    @CanIgnoreReturnValue
    public Builder labels(Map<String, String> labels) {
      this.labels = Map.copyOf(labels);
      return this;
    }

    /** What it offers that not every node does. */
    @CanIgnoreReturnValue
    public Builder capabilities(Set<String> capabilities) {
      this.capabilities = Set.copyOf(capabilities);
      return this;
    }

    /**
     * From which utilisation on it takes nothing from other nodes. Comes from another node, so a
     * value outside of 0 to 1 is taken as no limit instead of refused.
     */
    @CanIgnoreReturnValue
    public Builder loadLimit(double utilisation) {
      this.loadLimit = utilisation >= 0 && utilisation <= 1 ? utilisation : 1;
      return this;
    }

    public NodeInfo build() {
      return new NodeInfo(this);
    }
  }
}
