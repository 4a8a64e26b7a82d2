package dev.brink.mesh;

import dev.brink.exec.FunctionRuntime;
import dev.brink.grid.Grid;
import dev.brink.grid.Member;
import dev.brink.mesh.admin.AdminHandler;
import dev.brink.mesh.admin.AdminToken;
import dev.brink.mesh.cache.EdgeCache;
import dev.brink.mesh.cache.NamedCaches;
import dev.brink.mesh.cache.Purges;
import dev.brink.mesh.config.IngressConfig;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.config.Secret;
import dev.brink.mesh.function.CallCounts;
import dev.brink.mesh.function.ConsoleLog;
import dev.brink.mesh.function.InstanceKeeper;
import dev.brink.mesh.function.LoadReporter;
import dev.brink.mesh.function.LocalExecutor;
import dev.brink.mesh.function.OwnLoad;
import dev.brink.mesh.function.PeerAdmission;
import dev.brink.mesh.function.ReadTally;
import dev.brink.mesh.function.ServedCalls;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.HttpServer;
import dev.brink.mesh.ingress.Dispatcher;
import dev.brink.mesh.ingress.Explainer;
import dev.brink.mesh.ingress.HomeExecutor;
import dev.brink.mesh.ingress.Ingress;
import dev.brink.mesh.ingress.LocalInvoker;
import dev.brink.mesh.ingress.NodeSubrequests;
import dev.brink.mesh.ingress.RegretSampler;
import dev.brink.mesh.kv.KeyPlaces;
import dev.brink.mesh.kv.KeyValueResource;
import dev.brink.mesh.kv.Namespaces;
import dev.brink.mesh.link.LinkServer;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.link.MeshTls;
import dev.brink.mesh.metrics.NodeMetrics;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.origin.Outbound;
import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.peer.PeerTurns;
import dev.brink.mesh.peer.Peers;
import dev.brink.mesh.peer.Places;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.rollout.NodeDeployments;
import dev.brink.mesh.rollout.NodeSecrets;
import dev.brink.mesh.schedule.Schedules;
import dev.brink.mesh.schedule.TicksByHand;
import dev.brink.mesh.secret.SecretKeys;
import dev.brink.mesh.usage.UsageLedger;
import dev.brink.mesh.usage.UsageMeter;
import dev.brink.placement.Placement;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running node's parts, started in the order in which they need each other. */
final class NodeParts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MeshNode.class);
  private static final int SHORT_ID = 8;

  private final NodeConfig config;
  private final NodeProfile profile;
  private final Shutdown shutdown;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicReference<@Nullable NodeMesh> mesh = new AtomicReference<>();
  private final ReadTally tally = new ReadTally();
  private final Namespaces namespaces = new Namespaces(this::joinedGrid, tally);
  private final AtomicReference<@Nullable NamedCaches> namedCaches = new AtomicReference<>();
  private volatile String notReady = "starting";

  private final Member self;
  private final String token;
  private final SecretKeys secretKeys;
  private final EventLoops loops;
  private final NodeMetrics metrics = new NodeMetrics();
  private final ConsoleLog console = new ConsoleLog();
  private final FunctionRuntime runtime;
  private final Origins origins;
  private final Deployed deployed;
  private final Outbound outbound;
  private final Registry registry;
  private final LoadReporter load;
  private final InstanceKeeper keeper;
  private final Placement placement;
  private final Gossip gossip;
  private final Warming warming;
  private final RegretSampler sampler;
  private final Peers peers;
  private final Links links;
  private final CdnLoop cdnLoop = CdnLoop.create();
  private final UsageMeter meter = new UsageMeter(InstantSource.system());
  private final Dispatcher dispatcher;
  private final EdgeCache cache;
  private final LinkServer linkServer;
  private final NearestParts nearest;
  private final Ingress requests;
  private final HttpServer ingress;
  private final NodeEndpoints endpoints;
  private final Grid grid;
  private final Schedules schedules;
  private final LocalExecutor functions;

  static NodeParts start(NodeConfig config) throws IOException {
    long beganNanos = System.nanoTime();
    var shutdown = new Shutdown();
    try {
      var parts = new NodeParts(config, shutdown);
      LOG.info(
          "node {} is ready in {} ms: ingress {}, admin {}, link {}, members {}",
          parts.self.name(),
          (System.nanoTime() - beganNanos) / 1_000_000,
          parts.endpoints.ingressUri(),
          parts.endpoints.adminUri(),
          parts.endpoints.linkAddress(),
          parts.grid.membership().members().size());
      return parts;
    } catch (IOException | RuntimeException e) {
      shutdown.run();
      throw e;
    }
  }

  private NodeParts(NodeConfig config, Shutdown shutdown) throws IOException {
    this.config = config;
    this.profile = new NodeProfile(config);
    this.shutdown = shutdown;
    shutdown.add(metrics::close);
    DataDirectory data = DataDirectory.open(config.dataDirectory());
    shutdown.add(data::close);
    Secret configured = config.admin().token();
    token = configured == null ? AdminToken.readOrCreate(data.path()) : configured.reveal();
    NodeKeys keys = NodeKeys.read(config);
    MeshTls tls = keys.mesh();
    secretKeys = keys.secrets();
    UUID id = data.nodeId();
    String node = id.toString();
    String name = config.name().isEmpty() ? "node-" + node.substring(0, SHORT_ID) : config.name();

    loops = EventLoops.movable(Runtime.getRuntime().availableProcessors());
    shutdown.add(loops::close);
    if (!keys.certificates().isEmpty()) {
      ScheduledFuture<?> looks = keys.expiry().start(metrics, loops.group().next());
      shutdown.add(() -> looks.cancel(false));
    }
    AtomicReference<Dispatcher> dispatcherLater = new AtomicReference<>();
    origins = Origins.builder(loops).limits(profile.originLimits()).cdnLoop(cdnLoop).build();
    shutdown.add(origins::close);
    deployed = new Deployed(origins);
    outbound = Outbound.create(loops, profile.outboundPolicy(), profile.originLimits(), cdnLoop);
    shutdown.add(outbound::close);
    runtime = runtime(dispatcherLater);
    shutdown.add(runtime::close);
    registry =
        new Registry(
            runtime,
            config.functions().limits(),
            new NodeBindings(namespaces, namedCaches::get),
            secretKeys,
            data.path().resolve("snapshot"),
            deployed::changed);
    shutdown.add(registry::close);
    final SnapshotFile restored = Awaited.get("restoring the snapshot", registry.restore());

    placement = Placement.create(profile.inPlacement(node, name), profile.placementSettings());
    load = new LoadReporter(runtime, deployed::snapshot, placement);
    gossip = new Gossip(node, placement);
    var places = new Places(node, placement, config.placement().measureAllUpTo());
    var unlisted = new Member(id, name, Map.of(), true);
    peers = new Peers(unlisted, placement, places, config.placement().emulatedRtt());
    links = new Links(loops, tls == null ? null : tls.client(), peers);
    shutdown.add(links::close);
    peers.manage(links);
    var ownLoad = new OwnLoad(node, load, placement);
    ScheduledFuture<?> ownBeats = ownLoad.start(loops.group().next());
    shutdown.add(() -> ownBeats.cancel(false));
    var counts = new CallCounts();
    keeper =
        new InstanceKeeper(runtime, deployed::snapshot, counts, config.functions().keepAlive());
    shutdown.add(keeper::close);
    warming = new Warming(node, placement, deployed::snapshot, load, keeper);
    var local = new LocalExecutor(node, deployed::snapshot, meter, tally, counts, origins);
    functions = local;
    sampler = new RegretSampler(config.placement(), placement, peers::nameOf, metrics::regret);
    dispatcher = new Dispatcher(placement, local, links, metrics, sampler, ownLoad);
    dispatcherLater.set(dispatcher);
    cache =
        new EdgeCache(
            node,
            links,
            cdnLoop,
            CacheStores.open(config.cache(), data.path()),
            config.cache().copiesAhead());
    shutdown.add(cache::close);
    namedCaches.set(cache.named());

    var home = new HomeExecutor(deployed::snapshot, dispatcher, origins, cache);
    cache.copies().policies(home::policy);
    linkServer =
        LinkServer.start(
            loops,
            new InetSocketAddress(config.link().bindAddress(), config.link().port()),
            tls == null ? null : tls.server(),
            new PeerService(
                new PeerAdmission(new ServedCalls(local, deployed::snapshot, placement), load),
                home,
                cache.named(),
                cache,
                registry,
                load,
                gossip,
                places,
                warming));
    shutdown.add(linkServer::close);
    nearest = new NearestParts(node, config.nearest(), placement, peers);
    shutdown.add(nearest::close);
    requests =
        new Ingress(
            node, deployed::snapshot, dispatcher, origins, cache, placement, peers::nameOf, token);
    IngressConfig in = config.ingress();
    HttpServer.Builder atIngress =
        HttpServer.builder(nearest.before(requests, deployed::snapshot))
            .limits(profile.ingressLimits())
            .listener(metrics)
            .requestIdPrefix(node.substring(0, SHORT_ID));
    nearest.roundTrips().ifPresent(atIngress::roundTrips);
    ingress =
        serve(
            "ingress.port",
            atIngress,
            new InetSocketAddress(in.bindAddress(), in.port()),
            keys.ingress());
    ExecutorService adminThreads = Executors.newVirtualThreadPerTaskExecutor();
    shutdown.add(adminThreads::shutdownNow);
    HttpServer admin =
        serve(
            "admin.port",
            HttpServer.builder(
                new AdminHandler(
                    mesh::get,
                    new KeyValueResource(namespaces),
                    this::whyNotReady,
                    metrics::scrape,
                    token,
                    adminThreads)),
            new InetSocketAddress(config.admin().bindAddress(), config.admin().port()),
            tls == null ? null : tls.server());

    endpoints = new NodeEndpoints(config, ingress, admin, linkServer);
    self = new Member(id, name, profile.address(endpoints).attributes(), true);
    grid = NodeGrid.start(config.grid(), self, data.path(), tls);
    shutdown.add(grid::close);
    LoopId.share(cdnLoop, grid);
    mesh.set(joinMesh(local));
    schedules = new Schedules(deployed::snapshot, grid, placement, local, InstantSource.system());
    shutdown.add(schedules::close);
    gauges();
    // What the grid had when this node came is served before the node says that it is ready.
    Deployed.follow(registry, grid, restored);
    Awaited.get("warming up", runtime.ready());
    load.ready();
    ownLoad.refresh(System.nanoTime());
    nearest.start(loops, grid, config.dns());
    var turns = new PlacementTurns();
    shutdown.add(turns::close);
    turns.start(
        warming,
        links,
        new PeerTurns(self, placement, places, gossip, links, config.placement().probes()),
        new OriginDistances(deployed::snapshot, gossip),
        placement,
        deployed::snapshot);
    keeper.start();
    schedules.start();
    notReady = "";
  }

  private FunctionRuntime runtime(AtomicReference<Dispatcher> dispatcherLater) {
    return FunctionRuntime.builder()
        .lanes(profile.lanes())
        .companions(loops.companions())
        .limits(config.functions().runtime())
        .idleWarmUp(config.functions().idleWarmUp())
        .console(console)
        .webSockets(config.functions().webSockets())
        .subrequests(
            new NodeSubrequests(
                deployed::snapshot, dispatcherLater::get, () -> origins, () -> outbound, tally))
        .build();
  }

  private @Nullable Grid joinedGrid() {
    NodeMesh joined = mesh.get();
    return joined == null ? null : joined.grid();
  }

  /** Why it takes no requests; empty when it does, be it only as no other node would. */
  private String whyNotReady() {
    String started = notReady;
    if (!started.isEmpty()) {
      return started;
    }
    String problem = runtime.health().problem();
    return problem.isEmpty() || nearest.othersTakeRequests() ? problem : "";
  }

  private HttpServer serve(
      String option, HttpServer.Builder builder, InetSocketAddress at, @Nullable SslContext tls)
      throws IOException {
    if (tls != null) {
      builder.tls(tls);
    }
    builder.eventLoops(loops).address(at);
    HttpServer server = Awaited.bound(option, at, builder.start());
    shutdown.add(() -> Awaited.get("closing a port", server.close()));
    return server;
  }

  private NodeMesh joinMesh(LocalExecutor local) {
    String start = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX);
    var ledger =
        new UsageLedger(meter, grid.map("usage"), self.id() + "." + start, InstantSource.system());
    shutdown.add(ledger::close);
    // What they have used belongs into the ledger, too.
    shutdown.add(local::awaitEnd);
    shutdown.add(runtime::close);
    grid.listen(peers);
    grid.listen(new KeyPlaces(self, placement));
    var invoker = new LocalInvoker(deployed::snapshot, dispatcher, origins, peers::nameOf);
    var ticks =
        new TicksByHand(deployed::snapshot, placement, local, console, InstantSource.system());
    var secrets = new NodeSecrets(secretKeys, grid, registry);
    var deployments =
        new NodeDeployments(registry, grid, links, invoker, secrets, config.functions().cpuMax());
    var purges =
        Purges.start(cache, grid, links, config.dataDirectory().resolve("purges-unrecorded"));
    shutdown.add(purges::close);
    var explainer = new Explainer(deployed::snapshot, placement, peers::nameOf);
    return new NodeMesh(
        deployments, secrets, ticks, purges, grid, links, placement, explainer, sampler, ledger);
  }

  private void gauges() {
    nearest.register(metrics);
    new PlacementMetrics(placement, warming, peers).register(metrics);
    NodeGauges.grid(metrics, grid, links);
    NodeGauges.control(metrics, links, linkServer);
    NodeGauges.lanes(metrics, runtime);
    NodeGauges.instances(metrics, runtime);
    NodeGauges.limits(metrics, runtime);
    NodeGauges.webSockets(metrics, runtime);
    NodeGauges.schedules(metrics, schedules);
    NodeGauges.deployed(metrics, registry, deployed::snapshot);
    NodeGauges.secrets(metrics, registry);
    KeyValueGauges.register(metrics, grid, namespaces.watches());
    KeepAliveGauges.register(metrics, keeper);
    new CacheGauges(metrics, cache, mesh().purges()).register();
  }

  Member self() {
    return self;
  }

  Grid grid() {
    return grid;
  }

  Schedules schedules() {
    return schedules;
  }

  NodeMesh mesh() {
    return Objects.requireNonNull(mesh.get(), "mesh");
  }

  String adminToken() {
    return token;
  }

  NodeEndpoints endpoints() {
    return endpoints;
  }

  Optional<InetSocketAddress> dnsAddress() {
    return nearest.dnsAddress();
  }

  /** Stops in the order that costs nobody a request. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    notReady = "stopping";
    load.drain();
    LOG.info("node {} stops", self.name());
    schedules.close();
    CompletionStage<Void> peersDone = linkServer.drain();
    runtime.closeWebSockets();
    requests.closeWebSockets();
    CompletionStage<Void> clientsDone = ingress.drain(config.shutdownGrace());
    Draining.await(clientsDone, peersDone, functions, config.shutdownGrace());
    shutdown.run();
    LOG.info("node {} has stopped", self.name());
  }
}
