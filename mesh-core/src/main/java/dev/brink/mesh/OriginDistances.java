package dev.brink.mesh;

import dev.brink.mesh.ingress.NodeSubrequests;
import dev.brink.mesh.peer.Gossip;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
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
    try {
      round++;
      pools(snapshot.get()).forEach(this::measure);
    } catch (RuntimeException e) {
      LOG.error("distances of origins: unexpected", e);
    }
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
    List<URI> servers =
        origin.pool().getServersList().stream().map(server -> URI.create(server.getUrl())).toList();
    if (servers.isEmpty()) {
      return;
    }
    URI server = servers.get(round % servers.size());
    int port =
        server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
    var address = new InetSocketAddress(server.getHost(), port);
    long beganNanos = System.nanoTime();
    try (var socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      gossip.origin(source, System.nanoTime() - beganNanos);
    } catch (IOException e) {
      LOG.debug("{} at {}: not measured: {}", source, address, e.toString());
    }
  }
}
