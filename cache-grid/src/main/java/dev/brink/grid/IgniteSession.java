package dev.brink.grid;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import javax.cache.Cache;
import javax.cache.event.CacheEntryEvent;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteState;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One running Ignite node, from its start to its stop. It is not started twice. */
final class IgniteSession {
  private static final Logger log = LoggerFactory.getLogger(IgniteSession.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final UUID id;
  private final UUID self;
  private final Ignite ignite;
  private final Slf4jIgniteLogger ignitesLog;
  private final IgniteCache<String, byte[]> cache;
  private final StoreCaches namespaces;
  private volatile boolean stopped;

  private IgniteSession(UUID self, Ignite ignite, Slf4jIgniteLogger ignitesLog) {
    this.ignitesLog = ignitesLog;
    this.id = ignite.cluster().localNode().id();
    this.self = self;
    this.ignite = ignite;
    this.cache = ignite.cache(IgniteSettings.CACHE);
    this.namespaces = StoreCaches.of(ignite, KeyValueCaches.MEMORY);
  }

  /**
   * Starts Ignite and waits until it is in the grid and has the others' records.
   *
   * @param cutOff called when the start is given up: ends what it waits for
   * @param onRecord hears of every record stored from then on; on a thread of Ignite, so it must
   *     not wait
   * @throws GridException when it does not start in time, in which case nothing of it stays behind
   * @throws InterruptedException when interrupted, likewise
   */
  static IgniteSession start(
      UUID self,
      IgniteConfiguration configuration,
      Slf4jIgniteLogger ignitesLog,
      Duration timeout,
      Runnable cutOff,
      BiConsumer<String, byte[]> onRecord)
      throws InterruptedException {
    String instance = configuration.getIgniteInstanceName();
    CompletableFuture<IgniteSession> started = new CompletableFuture<>();
    Thread starter =
        new Thread(
            () -> {
              try {
                Ignite ignite = Ignition.start(configuration);
                IgniteSession session = new IgniteSession(self, ignite, ignitesLog);
                session.checkCluster();
                session.follow(onRecord);
                if (!started.complete(session)) {
                  session.stop();
                }
              } catch (RuntimeException | Error e) {
                started.completeExceptionally(e);
              }
            },
            "brink-grid-start-" + instance);
    starter.setDaemon(true);
    starter.start();
    try {
      return started.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      stop(instance);
      throw new GridException("Ignite did not start: " + rootMessage(e), e.getCause());
    } catch (TimeoutException e) {
      ignitesLog.stopping();
      abandon(started, starter, cutOff, instance);
      throw new GridException(
          "Ignite did not start within " + timeout.toMillis() + " ms (grid.start-timeout)", e);
    } catch (InterruptedException e) {
      ignitesLog.stopping();
      abandon(started, starter, cutOff, instance);
      throw e;
    }
  }

  /** The Ignite node's id. */
  UUID id() {
    return id;
  }

  IgniteCache<String, byte[]> cache() {
    return cache;
  }

  /** The caches of the namespaces in memory. */
  StoreCaches namespaces() {
    return namespaces;
  }

  /** Who is in the grid right now, this node included. Does not wait. */
  List<Peer> peers() {
    List<Peer> peers = new ArrayList<>();
    for (ClusterNode node : ignite.cluster().nodes()) {
      Peer peer = peer(node);
      if (peer != null) {
        peers.add(peer);
      }
    }
    return peers;
  }

  /** Goes through the records that this node holds. */
  void scan(BiConsumer<String, byte[]> action) {
    ScanQuery<String, byte[]> all = new ScanQuery<>();
    all.setLocal(true);
    try (QueryCursor<Cache.Entry<String, byte[]>> cursor = cache.query(all)) {
      for (Cache.Entry<String, byte[]> entry : cursor) {
        action.accept(entry.getKey(), entry.getValue());
      }
    }
  }

  /** Stops Ignite and waits for that, for at most 10 s. */
  void stop() {
    stopped = true;
    ignitesLog.stopping();
    stop(ignite.name());
  }

  /** Whether Ignite runs, as far as Ignite says. */
  boolean running() {
    return Ignition.state(ignite.name()) == IgniteState.STARTED;
  }

  /** Whether it was told to stop. */
  boolean stopped() {
    return stopped;
  }

  private void follow(BiConsumer<String, byte[]> onRecord) {
    ContinuousQuery<String, byte[]> changes = new ContinuousQuery<>();
    changes.setLocal(true);
    changes.setLocalListener(
        events -> {
          for (CacheEntryEvent<? extends String, ? extends byte[]> event : events) {
            byte[] bytes = event.getValue();
            if (bytes != null) {
              onRecord.accept(event.getKey(), bytes);
            }
          }
        });
    cache.query(changes);
    scan(onRecord);
  }

  /** Another cluster is joined where its beacon is not heard; this is the moment to see it. */
  private void checkCluster() {
    String cluster = ignite.cluster().localNode().attribute(IgniteSettings.ATTRIBUTE_CLUSTER);
    for (ClusterNode node : ignite.cluster().nodes()) {
      String theirs = node.attribute(IgniteSettings.ATTRIBUTE_CLUSTER);
      if (!cluster.equals(theirs)) {
        throw new GridException(
            "clusterName: %s (expected: that of the node at %s, %s)"
                .formatted(cluster, node.addresses(), theirs));
      }
    }
  }

  private @Nullable Peer peer(ClusterNode node) {
    String memberId = node.attribute(IgniteSettings.ATTRIBUTE_ID);
    if (memberId == null) {
      log.warn("Ignite node {} at {} is not one of Brink's", node.id(), node.addresses());
      return null;
    }
    UUID member = UUID.fromString(memberId);
    Map<String, String> attributes = new HashMap<>();
    node.attributes()
        .forEach(
            (key, value) -> {
              if (key.startsWith(IgniteSettings.ATTRIBUTE_PREFIX)) {
                attributes.put(
                    key.substring(IgniteSettings.ATTRIBUTE_PREFIX.length()), value.toString());
              }
            });
    String name = node.attribute(IgniteSettings.ATTRIBUTE_NAME);
    String host = node.attribute(IgniteSettings.ATTRIBUTE_HOST);
    String port = node.attribute(IgniteSettings.ATTRIBUTE_PORT);
    String durable = node.attribute(IgniteSettings.ATTRIBUTE_DURABLE);
    return new Peer(
        node.id(),
        new Member(member, name, attributes, member.equals(self)),
        new HostPort(host, Integer.parseInt(port)),
        durable == null ? null : HostPort.parse(durable),
        node.order());
  }

  private static void abandon(
      CompletableFuture<IgniteSession> started, Thread starter, Runnable cutOff, String instance) {
    if (!started.completeExceptionally(new GridException("given up"))) {
      started.join().stop();
      return;
    }
    starter.interrupt();
    cutOff.run();
    stop(instance);
    // What has not started yet can't be stopped: it binds ports until it comes to what was cut off.
    awaitEnd(starter, "end its start");
  }

  /** Stops an Ignite node and waits for that, for at most 10 s. */
  static void stop(String instance) {
    Thread stopper =
        new Thread(
            () -> {
              try {
                if (Ignition.state(instance) != IgniteState.STOPPED) {
                  Ignition.stop(instance, true);
                }
              } catch (RuntimeException e) {
                log.warn("Ignite did not stop cleanly", e);
              }
            },
            "brink-grid-stop-" + instance);
    stopper.setDaemon(true);
    stopper.start();
    awaitEnd(stopper, "stop");
  }

  private static void awaitEnd(Thread thread, String what) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + STOP_TIMEOUT.toNanos();
    while (thread.isAlive() && System.nanoTime() - deadline < 0) {
      try {
        thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (thread.isAlive()) {
      log.error("Ignite did not {} within {} s and is left behind", what, STOP_TIMEOUT.toSeconds());
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
