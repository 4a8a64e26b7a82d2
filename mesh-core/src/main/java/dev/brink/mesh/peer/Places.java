package dev.brink.mesh.peer;

import dev.brink.mesh.proto.NetworkCoordinate;
import dev.brink.placement.Placement;
import dev.brink.placement.coordinate.Coordinate;
import dev.brink.placement.coordinate.Vivaldi;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where this node and its peers lie by the round trips between them. A node's coordinate is told to
 * others, and to placement, only when it has moved by more than placement takes for a tie.
 * Thread-safe; bounded by the links.
 */
public final class Places {
  private static final double MOVED_SECONDS = 0.000_5;
  private static final double MOVED_SHARE = 0.05;
  private static final double MOVED_ERROR = 0.1;

  private final String node;
  private final Placement placement;
  private final int measureAllUpTo;
  private final Vivaldi vivaldi;
  private final Map<String, Coordinate> peers = new ConcurrentHashMap<>();
  private volatile Told told;

  /** What was last told, in both forms. */
  private record Told(Coordinate at, NetworkCoordinate message) {}

  /**
   * Of a node that knows nothing yet.
   *
   * @param measureAllUpTo up to how many nodes the round trip to each is measured every second
   */
  public Places(String node, Placement placement, int measureAllUpTo) {
    this.node = node;
    this.measureAllUpTo = measureAllUpTo;
    this.placement = placement;
    vivaldi = new Vivaldi(node);
    told = toTell(vivaldi.coordinate());
  }

  /** How many nodes can be reached, this one included. */
  public int members() {
    return placement.size();
  }

  /** Whether these are few enough for the round trip to each to be measured every second. */
  boolean allMeasured() {
    return members() <= measureAllUpTo;
  }

  /** What peers are told. */
  public NetworkCoordinate told() {
    return told.message;
  }

  /** Where this node is now, as far as it knows. */
  Coordinate own() {
    return vivaldi.coordinate();
  }

  /** Takes note of where this node is now, if that is worth telling; by one thread. */
  void publish() {
    Coordinate now = vivaldi.coordinate();
    Coordinate before = told.at;
    double enough = MOVED_SECONDS + MOVED_SHARE * before.movedFrom(Coordinate.origin());
    if (now.movedFrom(before) > enough
        || Math.abs(now.error() - before.error()) > MOVED_ERROR
        || now.settled() != before.settled()) {
      told = toTell(now);
      placement.coordinate(node, now);
    }
  }

  /** A peer said where it is; what makes no sense is ignored. */
  void heard(String peer, NetworkCoordinate message) {
    read(message)
        .ifPresent(
            at -> {
              peers.put(peer, at);
              placement.coordinate(peer, at);
            });
  }

  /** A round trip to a peer was measured. */
  void measured(String peer, long rttNanos) {
    Coordinate there = peers.get(peer);
    if (there != null) {
      vivaldi.measured(peer, there, rttNanos);
    }
  }

  /** A peer's link was lost. */
  void forget(String peer) {
    peers.remove(peer);
  }

  /** Where a peer is; the origin if it did not say. */
  Coordinate of(String peer) {
    return peers.getOrDefault(peer, Coordinate.origin());
  }

  private static Told toTell(Coordinate at) {
    NetworkCoordinate.Builder message =
        NetworkCoordinate.newBuilder().setHeight((float) at.height()).setError((float) at.error());
    for (double x : at.point()) {
      message.addPoint((float) x);
    }
    return new Told(at, message.build());
  }

  /** Empty where it has not eight values or they are not finite and within bounds. */
  static Optional<Coordinate> read(NetworkCoordinate message) {
    if (message.getPointCount() != Coordinate.DIMENSIONS) {
      return Optional.empty();
    }
    double[] point = message.getPointList().stream().mapToDouble(Float::doubleValue).toArray();
    Coordinate at = Coordinate.of(point, message.getHeight(), message.getError());
    return at.sane() ? Optional.of(at) : Optional.empty();
  }
}
