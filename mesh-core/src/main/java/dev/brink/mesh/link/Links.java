package dev.brink.mesh.link;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * This node's links to its peers. Thread-safe; nothing here blocks.
 *
 * <p>A peer that the grid lost sight of keeps its link as long as that works, so that a grid in
 * trouble does not stop requests.
 */
public final class Links implements AutoCloseable {
  private final EventLoops loops;
  private final @Nullable SslContext tls;
  private final LinkListener listener;
  private final ControlTraffic traffic = new ControlTraffic();
  private final ConcurrentHashMap<String, LinkClient> clients = new ConcurrentHashMap<>();

  /**
   * Peers whose links end when they are next lost; guarded by itself, as are changes of clients.
   */
  private final Set<String> unlisted = new HashSet<>();

  private boolean closed;

  /**
   * Starts without links.
   *
   * @param tls {@code null}: in the clear, for loopback only
   */
  public Links(EventLoops loops, @Nullable SslContext tls, LinkListener listener) {
    this.loops = loops;
    this.tls = tls;
    this.listener = new Watch(listener);
  }

  /** Links to a peer, or anew when its address has changed. */
  public void add(String node, InetSocketAddress address) {
    add(node, address, Duration.ZERO);
  }

  /**
   * The same, over a link that is as slow as if it were so much longer.
   *
   * @param emulatedRtt added to the round trip; for tests and benchmarks
   */
  public void add(String node, InetSocketAddress address, Duration emulatedRtt) {
    LinkClient present;
    LinkClient added;
    synchronized (unlisted) {
      unlisted.remove(node);
      present = clients.get(node);
      if (closed || (present != null && present.address().equals(address))) {
        return;
      }
      added = new LinkClient(node, address, loops, tls, listener, traffic, emulatedRtt.toNanos());
      clients.put(node, added);
    }
    if (present != null) {
      present.close();
    }
    added.connect();
  }

  /**
   * Forgets a peer.
   *
   * @param now whether its link ends at once (it said goodbye), or when it is next lost
   */
  public void remove(String node, boolean now) {
    synchronized (unlisted) {
      unlisted.add(node);
    }
    dropUnlisted(node, now);
  }

  private void dropUnlisted(String node, boolean evenIfUp) {
    LinkClient client;
    synchronized (unlisted) {
      client = clients.get(node);
      boolean stays = client != null && client.up() && !evenIfUp;
      if (stays || !unlisted.remove(node)) {
        return;
      }
      clients.remove(node);
    }
    if (client != null) {
      client.close();
    }
  }

  /** Whether there is a link to the peer, or one is being made. */
  public boolean has(String node) {
    return clients.containsKey(node);
  }

  /** Peers whose link is up. */
  public Set<String> up() {
    return clients.values().stream()
        .filter(LinkClient::up)
        .map(LinkClient::node)
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Peers from which something came so lately, such as a load report, or that have not been known
   * for longer.
   */
  public Set<String> heardWithin(Duration time) {
    return clients.values().stream()
        .filter(client -> client.heardWithin(time.toNanos()))
        .map(LinkClient::node)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** What came and went for control on these links: reports heard, and this node's pings. */
  public ControlTraffic traffic() {
    return traffic;
  }

  /** Sends a call to a peer. */
  public Executor.Running execute(
      String node, Call call, Target target, CallListener callListener) {
    LinkClient client = clients.get(node);
    if (client == null) {
      callListener.onFailure(
          new CallFailure(
              Problem.of(502, "peer-unreachable", "no link to node " + node),
              CallFailure.Reach.NOT_STARTED));
      return () -> {};
    }
    return client.execute(call, target, callListener);
  }

  /** Asks a peer to serve a deployment. */
  public CompletionStage<ApplyReply> apply(String node, ApplyRequest request, Duration timeout) {
    LinkClient client = clients.get(node);
    return client == null
        ? CompletableFuture.failedFuture(new LinkException("no link to node " + node))
        : client.apply(request, timeout);
  }

  /**
   * Asks a peer to make an instance of a function version in the background, if it has room.
   *
   * @param version the first 8 bytes of its digest
   */
  public void warm(String node, long version) {
    LinkClient client = clients.get(node);
    if (client != null) {
      client.warm(version);
    }
  }

  /** Measures the round trip to a peer, if its link is up. */
  public void probe(String node) {
    LinkClient client = clients.get(node);
    if (client != null) {
      client.probe();
    }
  }

  /** Offers a peer's cache copies; nobody waits for it. */
  public void offer(String node, CopyOffers offers) {
    LinkClient client = clients.get(node);
    if (client != null) {
      client.offer(offers);
    }
  }

  /** Tells the caches of all peers where responses are not for all; nobody waits for it. */
  public void tellAll(HerdReports reports) {
    clients.values().forEach(client -> client.tell(reports));
  }

  /** Tells a peer's cache what is outdated. */
  public CompletionStage<PurgeReply> purge(String node, PurgeRequest request, Duration timeout) {
    LinkClient client = clients.get(node);
    return client == null
        ? CompletableFuture.failedFuture(new LinkException("no link to node " + node))
        : client.purge(request, timeout);
  }

  /**
   * Tells the caches of all peers whose link is up what is outdated.
   *
   * @return completes when each has taken note or can't be told, with what those say that have, and
   *     never fails
   */
  public CompletionStage<Map<String, PurgeReply>> purgeAll(PurgeRequest request, Duration timeout) {
    Map<String, CompletableFuture<PurgeReply>> asked = new HashMap<>();
    up().forEach(peer -> asked.put(peer, purge(peer, request, timeout).toCompletableFuture()));
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
        .handle((all, failure) -> answers(asked));
  }

  private static Map<String, PurgeReply> answers(Map<String, CompletableFuture<PurgeReply>> asked) {
    Map<String, PurgeReply> answers = new HashMap<>();
    asked.forEach(
        (peer, reply) -> {
          if (!reply.isCompletedExceptionally()) {
            answers.put(peer, reply.join());
          }
        });
    return answers;
  }

  /** Ends all links; calls under way fail. */
  @Override
  public void close() {
    List<LinkClient> all;
    synchronized (unlisted) {
      closed = true;
      unlisted.clear();
      all = List.copyOf(clients.values());
      clients.clear();
    }
    all.forEach(LinkClient::close);
  }

  /**
   * Passes events on, and drops an unlisted peer once its link is lost. Of a peer that moved, the
   * end of the link to where it was may be heard after the beginning of the one to where it is.
   */
  private final class Watch implements LinkListener {
    private final LinkListener next;

    Watch(LinkListener next) {
      this.next = next;
    }

    @Override
    public synchronized void up(String node) {
      next.up(node);
    }

    @Override
    public synchronized void down(String node) {
      LinkClient present = clients.get(node);
      if (present != null && present.up()) {
        return;
      }
      dropUnlisted(node, false);
      next.down(node);
    }

    @Override
    public void load(String node, LoadBeat load) {
      next.load(node, load);
    }

    @Override
    public void transferred(String node, long bytes, long nanos) {
      next.transferred(node, bytes, nanos);
    }

    @Override
    public void unanswered(String node) {
      next.unanswered(node);
    }

    @Override
    public boolean pings(String node) {
      return next.pings(node);
    }

    @Override
    public void rtt(String node, long nanos) {
      next.rtt(node, nanos);
    }
  }
}
