package dev.brink.mesh.config;

import dev.brink.mesh.nearest.Steering;
import java.util.List;

/**
 * What the node learns of where clients are, and what it tells them.
 *
 * @param learn whether round trips to clients are measured and shared
 * @param steering how a client that is nearer to another ingress is told so
 * @param regions {@code NETWORK/LENGTH=REGION}: where clients are taken to be as long as nobody has
 *     measured the way to them
 * @param advertiseAddresses where clients reach this node's ingress; empty: where it listens
 * @param advertiseUrl of this node's ingress; empty: made from where it listens
 */
public record NearestConfig(
    boolean learn,
    Steering steering,
    List<String> regions,
    List<String> advertiseAddresses,
    String advertiseUrl) {
  public NearestConfig {
    regions = List.copyOf(regions);
    advertiseAddresses = List.copyOf(advertiseAddresses);
  }

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.learn = learn;
    builder.steering = steering;
    builder.regions = regions;
    builder.advertiseAddresses = advertiseAddresses;
    builder.advertiseUrl = advertiseUrl;
    return builder;
  }

  /** Defaults: learns, tells nobody, knows no regions, advertises where it listens. */
  public static final class Builder {
    private boolean learn = true;
    private Steering steering = Steering.OFF;
    private List<String> regions = List.of();
    private List<String> advertiseAddresses = List.of();
    private String advertiseUrl = "";

    Builder() {}

    public Builder learn(boolean yes) {
      learn = yes;
      return this;
    }

    public Builder steering(Steering how) {
      steering = how;
      return this;
    }

    public Builder regions(List<String> lines) {
      regions = List.copyOf(lines);
      return this;
    }

    public Builder advertiseAddresses(List<String> addresses) {
      advertiseAddresses = List.copyOf(addresses);
      return this;
    }

    public Builder advertiseUrl(String url) {
      advertiseUrl = url;
      return this;
    }

    NearestConfig build() {
      return new NearestConfig(learn, steering, regions, advertiseAddresses, advertiseUrl);
    }
  }
}
