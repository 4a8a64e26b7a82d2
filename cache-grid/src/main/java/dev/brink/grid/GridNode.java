package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import dev.brink.grid.wire.BeaconIdentity;
import dev.brink.grid.wire.BeaconPhase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A grid put together from its parts. */
final class GridNode implements Grid {
  private static final Logger log = LoggerFactory.getLogger(GridNode.class);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMillis(400);
  private static final Duration ANSWER_TIMEOUT_WAN = Duration.ofMillis(1500);

  private final Member self;
  private final String cluster;
  private final UUID incarnation = UUID.randomUUID();
  private final Ports ports;
  private final Peer alone;
  private final Publisher publisher;
  private final HybridClock clock;
  private final Mirror mirror;
  private final KnownMembers known;
  private final Status status;
  private final Neighbours neighbours;
  private final Beacon beacon;
  private final Seeker seeker;
  private final Engine engine;
  private final MapWriter writer;
  private final Housekeeping housekeeping;
  private final KeyValueEngine memory;
  private final @Nullable DurableNamespaces durable;
  private final Duration timeout;
  private final Duration leaveTimeout;
  private final Map<String, ReplicatedMap> maps = new ConcurrentHashMap<>();

  private GridNode(GridBuilder options, Path directory, Ports ports, @Nullable Ports durablePorts) {
    String name = options.name.isEmpty() ? options.nodeId.toString().substring(0, 8) : options.name;
    HostPort discovery = new HostPort(options.bindAddress, ports.discovery());
    self = new Member(options.nodeId, name, options.attributes, true);
    cluster = options.clusterName;
    this.ports = ports;
    HostPort durableAt =
        durablePorts == null ? null : new HostPort(options.bindAddress, durablePorts.discovery());
    alone = new Peer(incarnation, self, discovery, durableAt, 1);
    publisher = new Publisher(name);
    clock = HybridClock.of(self.id(), options.time);
    mirror = new Mirror(publisher, clock);
    known = new KnownMembers(mirror);
    status = new Status(publisher, alone, id -> known.contains(id));
    neighbours = new Neighbours(cluster, discovery, options.seeds, known);
    beacon = new Beacon(ports.beacon(), name, this::identity, neighbours::asked);
    Handshake handshake = new Handshake(options.ssl);
    seeker =
        new Seeker(
            cluster,
            self.id(),
            incarnation,
            beacon,
            neighbours,
            handshake,
            options.network == NetworkPreset.WAN ? ANSWER_TIMEOUT_WAN : ANSWER_TIMEOUT,
            options.startTimeout.dividedBy(3));
    IgniteSettings settings =
        new IgniteSettings(
            self.id(),
            name,
            cluster,
            options.attributes,
            options.bindAddress,
            ports.discovery(),
            ports.communication(),
            options.network,
            directory,
            options.dataRegionBytes,
            options.keyValueBytes,
            durableAt,
            options.ssl);
    engine = new Engine(self.id(), settings, status, mirror, known, seeker, options.startTimeout);
    memory =
        new KeyValueEngine(
            KeyValueCaches.MEMORY,
            new MemoryPlace(engine),
            clock,
            options.time,
            options.localCopyBytes,
            options.keyValueBytes);
    timeout = options.writeTimeout;
    leaveTimeout = options.leaveTimeout;
    durable =
        durablePorts == null || durableAt == null
            ? null
            : DurableNamespaces.of(
                new DurableSettings(
                    settings,
                    durablePorts.discovery(),
                    durablePorts.communication(),
                    options.durableBytes),
                durableAt,
                status,
                options,
                clock);
    writer = new MapWriter(mirror, engine, options.dataRegionBytes / 2, options.writeTimeout);
    Reconciler reconciler =
        new Reconciler(
            mirror,
            writer,
            engine,
            () -> status.view().selfIsOldest(),
            options.time,
            options.retention);
    Watcher watcher =
        new Watcher(
            cluster,
            self.id(),
            beacon,
            neighbours,
            handshake,
            engine::onControl,
            options.network.failureDetection(),
            reason -> engine.restart(reason, Duration.ZERO));
    housekeeping =
        new Housekeeping(
            new KnownMember(self.id(), name, discovery, options.attributes, clock.now()),
            mirror,
            known,
            new MembersFile(directory, cluster),
            clock,
            options.time,
            options.retention,
            writer,
            reconciler,
            watcher,
            status);
  }

  static Grid start(GridBuilder options) {
    Path directory = directory(options);
    checkAddress(options.bindAddress);
    OpenPackages.require(options.durable);
    IgniteSettings.quieten();
    Ports ports = Ports.take(options.bindAddress, options.discoveryPort, options.communicationPort);
    GridNode node;
    try {
      node = new GridNode(options, directory, ports, DurableNamespaces.ports(options));
    } catch (RuntimeException e) {
      ports.beacon().close();
      throw e;
    }
    try {
      node.open();
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
    return node;
  }

  @Override
  public Member self() {
    return self;
  }

  @Override
  public Membership membership() {
    return status.view().membership();
  }

  @Override
  public List<Member> missing() {
    Set<UUID> present = status.view().ids();
    return known.all().stream()
        .filter(member -> !present.contains(member.id()))
        .map(KnownMember::toMember)
        .sorted(Comparator.comparing(Member::id))
        .toList();
  }

  @Override
  public GridState state() {
    return status.state();
  }

  @Override
  public void listen(GridListener listener) {
    status.listen(requireNonNull(listener, "listener"));
  }

  @Override
  public ReplicatedMap map(String name) {
    return maps.computeIfAbsent(
        Mirror.checkedName(name), n -> new GridMap(mirror.map(n), writer, clock));
  }

  @Override
  public KeyValue keyValue(Namespace namespace) {
    return switch (namespace.durability()) {
      case MEMORY -> memory.namespace(namespace, timeout);
      case DISK -> {
        DurableNamespaces store = durable;
        if (store == null) {
          throw new IllegalArgumentException(
              "namespace: "
                  + namespace
                  + ", durable (expected: one in memory; this node keeps"
                  + " no durable ones)");
        }
        yield store.engine().namespace(namespace, timeout);
      }
    };
  }

  @Override
  public boolean durableReady() {
    DurableNamespaces store = durable;
    return store != null && store.store().refusal() == null;
  }

  @Override
  public KeyValueStats keyValueStats() {
    DurableNamespaces store = durable;
    return store == null ? memory.stats() : memory.stats().plus(store.engine().stats());
  }

  @Override
  public HybridClock clock() {
    return clock;
  }

  @Override
  public Set<UUID> missingKeepers() {
    DurableNamespaces store = durable;
    return store == null ? Set.of() : store.store().missing();
  }

  @Override
  public boolean forget(UUID member) {
    boolean missed = missingKeepers().contains(member);
    boolean forgotten = housekeeping.forget(requireNonNull(member, "member"));
    engine.check();
    DurableNamespaces store = durable;
    if (store != null && (forgotten || missed)) {
      store.store().forget(member);
    }
    return forgotten || missed;
  }

  @Override
  public int discoveryPort() {
    return ports.discovery();
  }

  @Override
  public int communicationPort() {
    return ports.communication();
  }

  @Override
  public void close() {
    boolean joined = status.state() != GridState.STARTING;
    memory.close();
    DurableNamespaces store = durable;
    if (store != null) {
      store.close();
    }
    if (engine.close()) {
      beacon.close();
      publisher.close();
      if (joined) {
        log.info("node {} has left the grid", self.name());
      }
    }
  }

  /** For tests: how many of those who keep the durable store are there, once it can be used. */
  String keepers() {
    DurableNamespaces kept = durable;
    return kept == null ? "none" : kept.store().keepers();
  }

  /** For tests: the part that runs Ignite. */
  Engine engine() {
    return engine;
  }

  private void open() {
    long started = System.nanoTime();
    try {
      housekeeping.load();
    } catch (IOException e) {
      throw new GridException("the known members cannot be read: " + e, e);
    }
    beacon.start();
    mirror.map(Mirror.MEMBERS).listen(new MembersListener(engine));
    engine.start(new NodeDuties(housekeeping, memory, leaveTimeout));
    awaitIntroduction();
    DurableNamespaces store = durable;
    if (store != null) {
      store.store().start();
    }
    log.info(
        "node {} ({}) is in the grid {} after {} ms: {} members, {}",
        self.name(),
        self.id(),
        cluster,
        (System.nanoTime() - started) / 1_000_000,
        membership().members().size(),
        status.state());
  }

  /** Whoever sees this node ready finds it among the known members. */
  private void awaitIntroduction() {
    try {
      housekeeping.introduced().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the others may not miss this node yet, as its record is not written", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while the grid started", e);
    }
  }

  /**
   * Who this node is; unless it serves it speaks for itself only, as its view is of a grid it has
   * left.
   */
  private BeaconIdentity identity(BeaconIdentity asker) {
    BeaconPhase phase = seeker.phase();
    View view = phase == BeaconPhase.SERVING ? status.view() : View.of(1, List.of(alone));
    return BeaconIdentity.newBuilder()
        .setCluster(cluster)
        .setMember(Wire.toId(self.id()))
        .setIncarnation(Wire.toId(incarnation))
        .setSession(Wire.toId(engine.sessionId()))
        .setPhase(phase)
        .setMembers(view.peers().size())
        .setLowest(Wire.toId(view.lowestId()))
        .setSeesAsker(asker.hasSession() && view.hasSession(Wire.fromId(asker.getSession())))
        .addAllAddresses(
            view.peers().stream()
                .limit(Beacon.MAX_ADDRESSES)
                .map(peer -> peer.discovery().toString())
                .toList())
        .build();
  }

  private static Path directory(GridBuilder options) {
    Path directory = options.workDirectory;
    if (directory == null) {
      throw new IllegalArgumentException("workDirectory: none (expected: a directory)");
    }
    try {
      return Files.createDirectories(directory).toAbsolutePath();
    } catch (IOException e) {
      throw new GridException(
          "workDirectory: " + directory + " (expected: a directory that can be written)", e);
    }
  }

  private static void checkAddress(String address) {
    try {
      if (InetAddress.getByName(address).isAnyLocalAddress()) {
        throw new IllegalArgumentException(
            "bindAddress: " + address + " (expected: one address that other members can reach)");
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "bindAddress: " + address + " (expected: an address of this machine)", e);
    }
  }

  /** Housekeeping, and what namespaces have to know. */
  private record NodeDuties(Housekeeping housekeeping, KeyValueEngine memory, Duration leaveTimeout)
      implements Engine.Duties {
    @Override
    public void started(IgniteSession session) {
      housekeeping.started(session);
      StoreCaches namespaces = session.namespaces();
      memory.resumed(namespaces);
      memory.watchLosses(namespaces);
    }

    @Override
    public void checked(View view, Set<UUID> failedSessions) {
      housekeeping.checked(view, failedSessions);
    }

    @Override
    public void tick(IgniteSession session, View view) {
      housekeeping.tick(session, view);
    }

    @Override
    public void leaving(IgniteSession session) {
      Departure.await(session.namespaces(), leaveTimeout);
      housekeeping.leaving(session);
    }
  }

  /** Has the majority counted anew when the known members change. */
  private record MembersListener(Engine engine) implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      engine.check();
    }

    @Override
    public void removed(String key, Stamp stamp) {
      engine.check();
    }
  }
}
