package dev.brink.mesh.origin;

import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.EventLoops;
import dev.brink.placement.origin.OriginPool;
import dev.brink.placement.origin.OriginSlot;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool as it is now: its settings, its servers, their standing, who checks them. Changes one at a
 * time; calls read its state without a lock, and keep the one they began with.
 */
final class Pool {
  private static final Logger LOG = LoggerFactory.getLogger(Pool.class);

  private final Target.Origin name;
  private final Surroundings surroundings;
  private final List<HealthProbe> probes = new ArrayList<>();
  private dev.brink.mesh.proto.OriginPool definition;
  private volatile State state;

  /**
   * What all pools share.
   *
   * @param lookups where names are looked up
   */
  record Surroundings(EventLoops loops, OriginLimits limits, SslContext tls, Executor lookups) {}

  /**
   * One state of the pool.
   *
   * @param upstreams by the ids of the balancer's slots; changes with the balancer
   */
  record State(
      PoolSettings settings, OriginPool balancer, ConcurrentMap<String, Upstream> upstreams) {}

  /**
   * @throws IllegalArgumentException when the definition is not a valid one
   */
  Pool(Target.Origin name, Surroundings surroundings, dev.brink.mesh.proto.OriginPool definition) {
    this.name = name;
    this.surroundings = surroundings;
    this.definition = definition;
    PoolSettings settings = PoolSettings.of(definition);
    var upstreams = new ConcurrentHashMap<String, Upstream>();
    addUpstreams(upstreams, settings);
    state = new State(settings, balancer(settings), upstreams);
  }

  private OriginPool balancer(PoolSettings settings) {
    return OriginPool.create(
        name.tenant() + "/" + name.name(), settings.specs(), settings.policy(), settings.health());
  }

  private void addUpstreams(ConcurrentMap<String, Upstream> upstreams, PoolSettings settings) {
    for (ServerAddress address : settings.addresses()) {
      upstreams.computeIfAbsent(address.id(), id -> upstream(address, settings));
    }
  }

  private Upstream upstream(ServerAddress address, PoolSettings settings) {
    var connector =
        new Connector(
            surroundings.loops()::clientChannel,
            surroundings.limits(),
            address,
            address.tls() ? surroundings.tls() : null,
            new Addresses(address.host(), surroundings.lookups()),
            Connector.Guard.NONE);
    var connections =
        new ConnectionPool(
            connector,
            surroundings.limits().maxWaiting(),
            settings.maxConnections(),
            connectTimeoutNanos(settings));
    return new Upstream(address, connector, connections);
  }

  private static long connectTimeoutNanos(PoolSettings settings) {
    return TimeUnit.MILLISECONDS.toNanos(settings.connectTimeoutMillis());
  }

  State state() {
    return state;
  }

  /** Begins to check the servers, if the definition says so. */
  synchronized void start() {
    startProbes();
  }

  /**
   * Changes the pool to another definition. Servers that stay keep their connections, and their
   * standing; but where the policy or a threshold changes, ejections end and requests in flight are
   * counted anew.
   *
   * @throws IllegalArgumentException when it is not a valid one; the pool is as before
   */
  synchronized void update(dev.brink.mesh.proto.OriginPool newDefinition) {
    if (newDefinition.equals(definition)) {
      return;
    }
    PoolSettings settings = PoolSettings.of(newDefinition);
    definition = newDefinition;
    stopProbes();
    Map<String, Upstream> before = Map.copyOf(state.upstreams);
    state = settings.balancesLike(state.settings) ? changed(settings) : rebuilt(settings);
    Set<String> ids = state.upstreams.keySet();
    before.forEach(
        (id, upstream) -> {
          if (ids.contains(id)) {
            upstream.connections().bounds(settings.maxConnections(), connectTimeoutNanos(settings));
          } else {
            upstream.connections().close();
          }
        });
    startProbes();
  }

  /** The same balancer with other servers, and for a moment both, as calls go on picking. */
  private State changed(PoolSettings settings) {
    OriginPool balancer = state.balancer;
    ConcurrentMap<String, Upstream> upstreams = state.upstreams;
    addUpstreams(upstreams, settings);
    balancer.update(settings.specs(), System.nanoTime());
    Set<String> stay = new HashSet<>();
    settings.addresses().forEach(address -> stay.add(address.id()));
    upstreams.keySet().retainAll(stay);
    if (!settings.check().active()) {
      raise(balancer, settings);
    }
    return new State(settings, balancer, upstreams);
  }

  private State rebuilt(PoolSettings settings) {
    OriginPool balancer = balancer(settings);
    var upstreams = new ConcurrentHashMap<String, Upstream>();
    for (ServerAddress address : settings.addresses()) {
      Upstream known = state.upstreams.get(address.id());
      if (known != null) {
        upstreams.put(address.id(), known);
      }
    }
    addUpstreams(upstreams, settings);
    if (settings.check().active()) {
      lower(state.balancer, balancer, settings);
    }
    return new State(settings, balancer, upstreams);
  }

  /** Nobody checks any more: who was found down would stay so for ever. */
  private static void raise(OriginPool balancer, PoolSettings settings) {
    long now = System.nanoTime();
    for (OriginSlot slot : balancer.slots()) {
      if (slot.health(now) == OriginSlot.Health.UNHEALTHY) {
        for (int i = 0; i < settings.check().healthyAfter(); i++) {
          balancer.checked(slot, true, now);
        }
      }
    }
  }

  /** Who was found down is so for the new balancer too. */
  private static void lower(OriginPool before, OriginPool balancer, PoolSettings settings) {
    long now = System.nanoTime();
    Set<String> down = new HashSet<>();
    for (OriginSlot slot : before.slots()) {
      if (slot.health(now) == OriginSlot.Health.UNHEALTHY) {
        down.add(slot.id());
      }
    }
    for (OriginSlot slot : balancer.slots()) {
      for (int i = 0; down.contains(slot.id()) && i < settings.check().unhealthyAfter(); i++) {
        balancer.checked(slot, false, now);
      }
    }
  }

  private void startProbes() {
    PoolSettings settings = state.settings;
    if (!settings.check().active()) {
      return;
    }
    for (Upstream upstream : state.upstreams.values()) {
      String host = settings.host().isEmpty() ? upstream.address().authority() : settings.host();
      var probe =
          new HealthProbe(
              upstream, surroundings.loops().group().next(), settings.check(), host, this::checked);
      probes.add(probe);
      probe.start();
    }
  }

  private void stopProbes() {
    probes.forEach(HealthProbe::stop);
    probes.clear();
  }

  private void checked(Upstream upstream, boolean well) {
    OriginPool balancer = state.balancer;
    long now = System.nanoTime();
    for (OriginSlot slot : balancer.slots()) {
      if (slot.id().equals(upstream.address().id())) {
        OriginSlot.Health before = slot.health(now);
        balancer.checked(slot, well, now);
        OriginSlot.Health after = slot.health(now);
        if (before != after) {
          LOG.info("origin {}: {} is {}, was {}", balancer.name(), slot.id(), after, before);
        }
      }
    }
  }

  PoolStatus status() {
    State seen = state;
    long now = System.nanoTime();
    var servers = new ArrayList<ServerStatus>();
    for (OriginSlot slot : seen.balancer.slots()) {
      Upstream upstream = seen.upstreams.get(slot.id());
      if (upstream != null) {
        servers.add(upstream.status(slot, now));
      }
    }
    return new PoolStatus(name.tenant(), name.name(), servers);
  }

  /** The pool is gone: connections end once they are free. */
  synchronized void close() {
    stopProbes();
    state.upstreams.values().forEach(upstream -> upstream.connections().close());
  }

  /** Breaks off everything. */
  synchronized void abort() {
    stopProbes();
    state.upstreams.values().forEach(upstream -> upstream.connections().abort());
  }
}
