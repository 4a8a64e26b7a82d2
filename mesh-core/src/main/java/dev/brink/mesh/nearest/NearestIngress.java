package dev.brink.mesh.nearest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Orders the healthy ingresses by how far they are from a client.
 *
 * <p>A round trip that a node's kernel measured to the client's network counts as it is. Where
 * there is none: an ingress in the client's region is taken to be 15 ms away, any other as far as
 * this node is from it and a constant more: 100 ms when the client is known to be in another
 * region, 60 ms when nothing is known. Thread-safe.
 */
public final class NearestIngress {
  private static final long SAME_REGION_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
  private static final long OTHER_REGION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long UNKNOWN_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
  private static final long MARGIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long MARGIN_SHARE = 5;
  private static final int ASKS_PER_LOOK = 4;

  private final SharedRtts rtts;
  private final RegionTable regions;
  private final Supplier<List<IngressNode>> healthy;
  private final AtomicLong asks = new AtomicLong();

  /** An ingress and what is believed of the way to it. */
  private record Estimate(IngressNode ingress, long nanos, boolean measured) {}

  /**
   * For one node.
   *
   * @param healthy the ingresses that take requests now, this node's first; asked often
   */
  public NearestIngress(SharedRtts rtts, RegionTable regions, Supplier<List<IngressNode>> healthy) {
    this.rtts = rtts;
    this.regions = regions;
    this.healthy = healthy;
  }

  /**
   * The ingresses nearest to a client, the best first.
   *
   * <p>Once in four times the last of several is one that nobody knows the distance of, if it may
   * be the nearest as far as the triangle inequality tells: so that it will be known.
   *
   * @param usable whether an ingress may be among them
   * @param most how many at most, at least 1
   */
  public List<IngressNode> rank(Client client, Predicate<IngressNode> usable, int most) {
    List<Estimate> estimates = estimates(client, usable);
    List<IngressNode> chosen =
        new ArrayList<>(estimates.stream().limit(most).map(Estimate::ingress).toList());
    if (chosen.size() > 1
        && client.hasPrefix()
        && asks.getAndIncrement() % ASKS_PER_LOOK == ASKS_PER_LOOK - 1) {
      unknownButPromising(estimates)
          .filter(ingress -> !chosen.contains(ingress))
          .ifPresent(ingress -> chosen.set(chosen.size() - 1, ingress));
    }
    return chosen;
  }

  private List<Estimate> estimates(Client client, Predicate<IngressNode> usable) {
    long now = System.nanoTime();
    ClientPrefix prefix = client.hasPrefix() ? ClientPrefix.of(client.address()) : null;
    String region = regions.regionOf(client.address(), client.bits());
    List<Estimate> estimates = new ArrayList<>();
    for (IngressNode ingress : healthy.get()) {
      if (!usable.test(ingress)) {
        continue;
      }
      long measured = prefix == null ? -1 : rtts.rttNanos(ingress.node(), prefix, now);
      estimates.add(
          new Estimate(ingress, measured >= 0 ? measured : prior(ingress, region), measured >= 0));
    }
    estimates.sort(Comparator.comparingLong(Estimate::nanos));
    return estimates;
  }

  private static long prior(IngressNode ingress, @Nullable String region) {
    if (region == null) {
      return UNKNOWN_NANOS + ingress.rttNanos();
    }
    return region.equals(ingress.region())
        ? SAME_REGION_NANOS
        : OTHER_REGION_NANOS + ingress.rttNanos();
  }

  /** By the triangle inequality no other node is nearer than the difference of our two ways. */
  private Optional<IngressNode> unknownButPromising(List<Estimate> estimates) {
    Optional<Estimate> own =
        estimates.stream().filter(e -> e.ingress.self() && e.measured).findFirst();
    long best =
        estimates.stream()
            .filter(Estimate::measured)
            .mapToLong(Estimate::nanos)
            .min()
            .orElse(Long.MAX_VALUE);
    List<IngressNode> unknown =
        estimates.stream()
            .filter(e -> !e.measured)
            .filter(e -> own.isEmpty() || Math.abs(own.get().nanos - e.ingress.rttNanos()) < best)
            .map(Estimate::ingress)
            .toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(unknown.get((int) (asks.get() / ASKS_PER_LOOK % unknown.size())));
  }

  /**
   * The ingress a client would better connect to than to this node's: only where both ways were
   * measured and the other is shorter by more than a fifth and 10 ms. Of two nodes at most one
   * thinks so, hence nobody is sent in circles.
   */
  public Optional<IngressNode> better(Client client) {
    long now = System.nanoTime();
    if (!client.hasPrefix()) {
      return Optional.empty();
    }
    ClientPrefix prefix = ClientPrefix.of(client.address());
    long own = -1;
    IngressNode best = null;
    long bestNanos = Long.MAX_VALUE;
    for (IngressNode ingress : healthy.get()) {
      long nanos = rtts.rttNanos(ingress.node(), prefix, now);
      if (ingress.self()) {
        own = nanos;
      } else if (nanos >= 0 && nanos < bestNanos) {
        best = ingress;
        bestNanos = nanos;
      }
    }
    boolean worth =
        best != null && own >= 0 && bestNanos + bestNanos / MARGIN_SHARE + MARGIN_NANOS < own;
    return worth ? Optional.ofNullable(best) : Optional.empty();
  }
}
