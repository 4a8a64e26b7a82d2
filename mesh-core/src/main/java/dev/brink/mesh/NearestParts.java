package dev.brink.mesh;

import dev.brink.grid.Grid;
import dev.brink.grid.Member;
import dev.brink.mesh.config.DnsConfig;
import dev.brink.mesh.config.NearestConfig;
import dev.brink.mesh.dns.DnsCounts;
import dev.brink.mesh.dns.DnsServer;
import dev.brink.mesh.dns.DnsZone;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.HttpHandler;
import dev.brink.mesh.http.RoundTripListener;
import dev.brink.mesh.metrics.NodeMetrics;
import dev.brink.mesh.nearest.ClientRtts;
import dev.brink.mesh.nearest.IngressNode;
import dev.brink.mesh.nearest.IngressUrl;
import dev.brink.mesh.nearest.NearestIngress;
import dev.brink.mesh.nearest.RegionTable;
import dev.brink.mesh.nearest.SharedRtts;
import dev.brink.mesh.nearest.Steering;
import dev.brink.mesh.nearest.SteeringHandler;
import dev.brink.mesh.peer.NodeAddress;
import dev.brink.mesh.peer.Peers;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node does so that clients find the nearest ingress. */
final class NearestParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeshNode.class);
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(3);
  private static final String REGION = "region";

  private final NearestConfig config;
  private final Placement placement;
  private final Peers peers;
  private final ClientRtts own = new ClientRtts();
  private final SharedRtts shared;
  private final NearestIngress nearest;
  private final DnsCounts dnsCounts = new DnsCounts();
  private volatile Ingresses ingresses = new Ingresses(List.of(), Map.of(), System.nanoTime());
  private volatile @Nullable Grid grid;
  private @Nullable DnsServer dns;

  NearestParts(String node, NearestConfig config, Placement placement, Peers peers) {
    this.config = config;
    this.placement = placement;
    this.peers = peers;
    this.shared = new SharedRtts(node, own, InstantSource.system());
    this.nearest = new NearestIngress(shared, RegionTable.parse(config.regions()), this::healthy);
  }

  /** Who took requests, what these said of themselves, and when. */
  private record Ingresses(List<IngressNode> healthy, Map<String, Known> known, long atNanos) {}

  /** What a member said of itself, made out once and not with each look. */
  private record Known(Member member, NodeAddress address, IngressUrl ingress) {
    static Known of(Member member) {
      NodeAddress address = NodeAddress.of(member);
      return new Known(member, address, IngressUrl.of(URI.create(address.ingress())));
    }
  }

  /** Hears of clients, if that is wanted. */
  Optional<RoundTripListener> roundTrips() {
    return config.learn()
        ? Optional.of((client, nanos) -> own.measured(client, nanos, System.nanoTime()))
        : Optional.empty();
  }

  /** Tells clients of a better ingress before the handler sees their request, if that is wanted. */
  HttpHandler before(HttpHandler handler, Supplier<Snapshot> snapshot) {
    if (config.steering() == Steering.OFF) {
      return handler;
    }
    return new SteeringHandler(
        handler,
        nearest,
        config.steering(),
        (exchange, host) -> {
          var routes = snapshot.get().routes();
          String uri = exchange.request().uri();
          String asked = exchange.request().headers().get(HttpHeaderNames.HOST, "");
          var binding = routes.match(asked, uri);
          return binding != null && binding.equals(routes.match(host, uri));
        });
  }

  /** Shares what is learned and answers DNS queries, once the node is part of a mesh. */
  void start(EventLoops loops, Grid grid, DnsConfig options) throws IOException {
    this.grid = grid;
    ingresses = look(grid.self(), System.nanoTime());
    if (config.learn()) {
      shared.start(grid.map(SharedRtts.MAP));
    }
    if (!options.zone().isEmpty()) {
      var address = new InetSocketAddress(options.bindAddress(), options.port());
      dns = DnsServer.start(loops, address, zone(options), nearest, options.rate(), dnsCounts);
      LOG.info("DNS: answers for {} at {}", options.zone(), dns.address());
    }
  }

  private static DnsZone zone(DnsConfig options) {
    Map<String, List<InetAddress>> servers = new TreeMap<>();
    for (String text : options.nameServers()) {
      int equals = text.indexOf('=');
      List<InetAddress> addresses =
          servers.computeIfAbsent(
              equals < 0 ? text : text.substring(0, equals), ignored -> new ArrayList<>());
      if (equals >= 0) {
        addresses.add(InetAddress.ofLiteral(text.substring(equals + 1)));
      }
    }
    return new DnsZone(
        options.zone(), new HashSet<>(options.names()), servers, options.ttl(), options.answers());
  }

  /**
   * Who takes requests now, as of 100 ms ago at most. Looked at when somebody asks, which on most
   * nodes nobody does; two who ask at once may both look.
   */
  private List<IngressNode> healthy() {
    Grid members = grid;
    Ingresses last = ingresses;
    long now = System.nanoTime();
    if (members != null && now - last.atNanos >= FRESH_NANOS) {
      last = look(members.self(), now);
      ingresses = last;
    }
    return last.healthy;
  }

  private Ingresses look(Member self, long nowNanos) {
    List<NodeStatus> nodes = placement.nodes(nowNanos);
    Ingresses well = ingresses(self, nodes, nowNanos, false);
    // Where every node is unhealthy, one that answers some is better than none.
    return well.healthy.isEmpty() ? ingresses(self, nodes, nowNanos, true) : well;
  }

  /** Whether requests that are not sent to this node have another that takes them. */
  boolean othersTakeRequests() {
    return placement.nodes(System.nanoTime()).stream()
        .anyMatch(status -> !status.local() && takesRequests(status) && !status.unhealthy());
  }

  private static boolean takesRequests(NodeStatus status) {
    return !status.draining()
        && !status.ejected()
        && status.reportAgeNanos() >= 0
        && status.reportAgeNanos() < SILENT_NANOS;
  }

  private Ingresses ingresses(
      Member self, List<NodeStatus> nodes, long nowNanos, boolean unhealthyToo) {
    Map<String, Known> known = ingresses.known;
    List<IngressNode> healthy = new ArrayList<>();
    Map<String, Known> found = new HashMap<>();
    for (NodeStatus status : nodes) {
      if (takesRequests(status) && (unhealthyToo || !status.unhealthy())) {
        String id = status.info().id();
        Optional<Member> member = status.local() ? Optional.of(self) : peers.find(id);
        if (member.isPresent()) {
          Known before = known.get(id);
          Known node =
              before != null && before.member.equals(member.get())
                  ? before
                  : Known.of(member.get());
          found.put(id, node);
          healthy.add(ingress(status, node));
        }
      }
    }
    return new Ingresses(List.copyOf(healthy), Map.copyOf(found), nowNanos);
  }

  private static IngressNode ingress(NodeStatus status, Known node) {
    return new IngressNode(
        status.info().id(),
        status.local(),
        node.address.labels().getOrDefault(REGION, ""),
        node.address.clients(),
        node.ingress,
        status.rttNanos());
  }

  void register(NodeMetrics metrics) {
    metrics.gauge("brink.clients.networks", "Client networks whose round trip is known", own::size);
    metrics.counter(
        "brink.dns.answered", "DNS queries answered from the zone", dnsCounts::answeredTotal);
    metrics.counter("brink.dns.refused", "DNS queries outside the zone", dnsCounts::refusedTotal);
    metrics.counter(
        "brink.dns.malformed", "DNS queries that were not well-formed", dnsCounts::malformedTotal);
    metrics.counter(
        "brink.dns.dropped", "Datagrams and streams that were no query", dnsCounts::droppedTotal);
    metrics.counter(
        "brink.dns.limited", "DNS queries beyond their network's rate", dnsCounts::limitedTotal);
  }

  /** Where DNS queries are answered, if they are. */
  Optional<InetSocketAddress> dnsAddress() {
    return Optional.ofNullable(dns).map(DnsServer::address);
  }

  @Override
  public void close() {
    shared.close();
    if (dns != null) {
      dns.close();
    }
  }
}
