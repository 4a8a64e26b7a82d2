package dev.brink.mesh;

import dev.brink.grid.Lasting;
import dev.brink.mesh.ingress.NodeSubrequests;
import dev.brink.mesh.origin.HttpUrl;
import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how far the origins are that functions fetch from: every 10 seconds the time of one TCP
 * handshake with one server of each pool that a function has as a service, at most 64 pools. Runs
 * on a thread that may wait.
 */
final class OriginDistances implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(OriginDistances.class);
  private static final int MAX_POOLS = 64;
  private static final int CONNECT_MILLIS = 2_000;
  private static final int PERIOD_SECONDS = 10;

  private final Supplier<Snapshot> snapshot;
  private final Gossip gossip;
  private final Lasting lasting = new Lasting(LOG, "distances of origins: unexpected");
  private int round;

  OriginDistances(Supplier<Snapshot> snapshot, Gossip gossip) {
    this.snapshot = snapshot;
    this.gossip = gossip;
  }

  void start(ScheduledExecutorService thread) {
    var _ = thread.scheduleWithFixedDelay(this, 1, PERIOD_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void run() {
    lasting.run(this::round);
  }

  private void round() {
    round++;
    Map<String, Binding.Origin> pools = pools(snapshot.get());
    gossip.keepOrigins(pools.keySet());
    pools.forEach(this::measure);
  }

  private static Map<String, Binding.Origin> pools(Snapshot now) {
    Map<String, Binding.Origin> pools = new HashMap<>();
    for (Binding.Version version : now.versions().values()) {
      String tenant = version.target().tenant();
      for (String service : version.services().values()) {
        if (pools.size() < MAX_POOLS
            && now.binding(tenant, service) instanceof Binding.Origin origin) {
          pools.put(NodeSubrequests.source(origin), origin);
        }
      }
    }
    return pools;
  }

  private void measure(String source, Binding.Origin origin) {
    List<OriginServer> servers = origin.pool().getServersList();
    if (servers.isEmpty()) {
      return;
    }
    String url = servers.get(round % servers.size()).getUrl();
    try (var socket = new Socket()) {
      InetSocketAddress named = unresolved(url);
      var address = new InetSocketAddress(named.getHostString(), named.getPort());
      long beganNanos = System.nanoTime();
      socket.connect(address, CONNECT_MILLIS);
      gossip.origin(source, System.nanoTime() - beganNanos);
    } catch (IOException | IllegalArgumentException e) {
      LOG.debug("{} at {}: not measured: {}", source, url, e.toString());
    }
  }

  /** Where a server is; its name may be one that {@link java.net.URI} does not take for a host. */
  static InetSocketAddress unresolved(String url) {
    HttpUrl parts = HttpUrl.parse(url);
    return InetSocketAddress.createUnresolved(parts.host(), parts.port());
  }
}
