package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Map;

/** What is fixed about a node while it is up. Immutable. */
public final class NodeInfo {
  private final String id;
  private final String name;
  private final int lanes;
  private final Map<String, String> labels;

  private NodeInfo(Builder builder) {
    id = builder.id;
    name = builder.name;
    lanes = builder.lanes;
    labels = builder.labels;
  }

  /** A node with one lane, no labels and its id as its name. */
  public static NodeInfo of(String id) {
    return builder(id).build();
  }

  /** Starts from the defaults: one lane, no labels, the id as the name. */
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

    public NodeInfo build() {
      return new NodeInfo(this);
    }
  }
}
