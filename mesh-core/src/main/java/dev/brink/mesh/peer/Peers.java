package dev.brink.mesh.peer;

import dev.brink.grid.GridListener;
import dev.brink.grid.Member;
import dev.brink.mesh.link.LinkListener;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.placement.LoadReport;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Links to whoever the grid says is there, and tells placement what the links say: a node is a
 * candidate as long as its link is up, whatever the grid thinks of it. Thread-safe.
 */
public final class Peers implements GridListener, LinkListener {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  private final Member self;
  private final Placement placement;
  private final Places places;
  private final Map<String, Duration> emulatedRtt;
  private final Map<String, Member> members = new ConcurrentHashMap<>();

  /** Members that the grid has seen leave and whose links are up still. */
  private final Set<String> leaving = ConcurrentHashMap.newKeySet();

  private final Map<String, Warm> warm = new ConcurrentHashMap<>();
  private volatile @Nullable Links links;

  /** A node's warm set as it came, and as placement takes it: the same object while unchanged. */
  private record Warm(List<Long> prefixes, Set<String> functions) {}

  /**
   * Without peers yet.
   *
   * @param emulatedRtt by the peer's name: links are as slow as if they were longer
   */
  public Peers(Member self, Placement placement, Places places, Map<String, Duration> emulatedRtt) {
    this.places = places;
    this.emulatedRtt = Map.copyOf(emulatedRtt);
    this.self = self;
    this.placement = placement;
    members.put(id(self), self);
  }

  /** Gives the links to manage; call it once, before the grid is listened to. */
  public void manage(Links newLinks) {
    links = newLinks;
  }

  /** How wrong this node's coordinate is by its own estimate, as a share of a round trip. */
  public double coordinateError() {
    return places.own().error();
  }

  /** What people call a node. */
  public String nameOf(String node) {
    Member member = members.get(node);
    return member == null ? node : member.name();
  }

  /** A node that is in the grid, or whose link is up still. */
  public Optional<Member> find(String node) {
    return Optional.ofNullable(members.get(node));
  }

  private static String id(Member member) {
    return member.id().toString();
  }

  @Override
  public void memberJoined(Member member) {
    members.compute(
        id(member),
        (id, _) -> {
          leaving.remove(id);
          return member;
        });
    Links to = links;
    if (to == null) {
      return;
    }
    NodeAddress.of(member)
        .linkAddress()
        .ifPresentOrElse(
            address ->
                to.add(id(member), address, emulatedRtt.getOrDefault(member.name(), Duration.ZERO)),
            () -> LOG.warn("node {}: names no link address; it gets no calls", member.name()));
    LOG.info("node {} joined", member.name());
  }

  @Override
  public void memberLeft(Member member, boolean failed) {
    LOG.info("node {} {}", member.name(), failed ? "was lost by the grid" : "left");
    Links from = links;
    if (from == null) {
      return;
    }
    leaving.add(id(member));
    boolean up = from.up().contains(id(member));
    from.remove(id(member), !failed);
    if (!up) {
      forget(id(member));
    }
  }

  @Override
  public void up(String node) {
    Member member = members.getOrDefault(node, self);
    NodeAddress said = NodeAddress.of(member);
    placement.nodeUp(
        NodeInfo.builder(node)
            .name(nameOf(node))
            .lanes(said.lanes())
            .labels(said.labels())
            .capabilities(said.capabilities())
            .loadLimit(said.loadLimit())
            .build());
  }

  @Override
  public void down(String node) {
    warm.remove(node);
    places.forget(node);
    placement.nodeDown(node, System.nanoTime());
    forget(node);
  }

  private void forget(String node) {
    // In one step: it may be joining again meanwhile.
    members.computeIfPresent(node, (id, member) -> leaving.remove(id) ? null : member);
  }

  @Override
  public void load(String node, LoadBeat load) {
    LoadReport.Builder report =
        LoadReport.builder(node, load.getSequence())
            .lanes(load.getLanes())
            .busy(load.getBusy())
            .overtime(load.getOvertime())
            .queued(load.getQueued())
            .waitNanos(load.getWaitNanos())
            .slow(1 + Integer.toUnsignedLong(load.getSlow()) / 100.0)
            .draining(load.getDraining())
            .unhealthy(load.getUnhealthy());
    if (load.hasUtilisation()) {
      report.utilisation(load.getUtilisation() / 1000.0);
    }
    if (load.getWarmFollows()) {
      report.warm(warm(node, load.getWarmList()));
    }
    placement.report(report.build(), System.nanoTime());
    if (load.hasCoordinate()) {
      places.heard(node, load.getCoordinate());
    }
    if (load.hasNews()) {
      Gossip.heard(node, load.getNews(), placement);
    }
  }

  private Set<String> warm(String node, List<Long> prefixes) {
    Warm known = warm.get(node);
    if (known != null && known.prefixes.equals(prefixes)) {
      return known.functions;
    }
    Set<String> functions = new HashSet<>();
    for (long prefix : prefixes) {
      functions.add(HexFormat.of().toHexDigits(prefix));
    }
    Warm now = new Warm(List.copyOf(prefixes), Set.copyOf(functions));
    warm.put(node, now);
    return now.functions;
  }

  @Override
  public void transferred(String node, long bytes, long nanos) {
    placement.transferred(node, bytes, nanos);
  }

  @Override
  public void unanswered(String node) {
    placement.failed(node, System.nanoTime(), 0);
  }

  @Override
  public boolean pings(String node) {
    return places.allMeasured();
  }

  @Override
  public void rtt(String node, long nanos) {
    places.measured(node, nanos);
    placement.rtt(node, nanos, System.nanoTime());
  }
}
