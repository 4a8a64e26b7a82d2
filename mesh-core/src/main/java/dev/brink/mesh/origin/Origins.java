package dev.brink.mesh.origin;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ServerExchange;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers calls from pools of upstream HTTP servers. Which pools there are is {@linkplain #update
 * told} it; how a pool behaves is its definition, {@link dev.brink.mesh.proto.OriginPool}.
 *
 * <p>A request goes to the server that the pool's policy picks, with end-to-end headers only,
 * {@code X-Forwarded-For}, {@code -Proto} and {@code -Host}, and {@code Via}. It is tried at
 * another server when nothing of it was sent, or when it is a {@code GET}, {@code HEAD}, {@code
 * OPTIONS} or {@code TRACE} without a body and no response was passed on yet. A server that can't
 * be reached, breaks off, is too slow, sends nonsense, or answers 502, 503 or 504 five times in a
 * row (by default) is left out for a while. 502 and 504 are passed on; so is 503, unless the
 * request is safe and another healthy server has not been tried.
 *
 * <p>The pool's total time limit is for the response's head; when the request has a body, from the
 * body's end on. Pauses in a body are limited by {@link OriginLimits#bodyTimeout}.
 *
 * <p>Thread-safe; never blocks.
 */
public final class Origins implements Executor<Target.Origin>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Origins.class);
  private static final int LOOKUP_THREADS = 4;
  private static final int MAX_LOOKUPS = 1024;

  private static final Running NOTHING_RUNS = () -> {};

  private final Pool.Surroundings surroundings;
  private final RequestHead.Self self;
  private final List<EventLoop> loops;
  private final ThreadPoolExecutor lookups;
  private volatile Map<Target.Origin, Pool> pools = Map.of();
  private boolean closed;

  private Origins(Builder builder) {
    self = new RequestHead.Self(builder.via, builder.cdnLoop);
    lookups =
        new ThreadPoolExecutor(
            LOOKUP_THREADS,
            LOOKUP_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_LOOKUPS),
            new DefaultThreadFactory("brink-lookup", true));
    lookups.allowCoreThreadTimeOut(true);
    SslContext tls = builder.tls == null ? defaultTls() : builder.tls;
    surroundings = new Pool.Surroundings(builder.loops, builder.limits, tls, lookups);
    var all = new ArrayList<EventLoop>();
    for (EventExecutor each : builder.loops.group()) {
      all.add((EventLoop) each);
    }
    loops = List.copyOf(all);
  }

  /** With default limits, on event loops that outlive it. */
  public static Origins create(EventLoops loops) {
    return builder(loops).build();
  }

  /**
   * Starts from the defaults.
   *
   * @param loops where connections live; not closed with the origins
   */
  public static Builder builder(EventLoops loops) {
    return new Builder(loops);
  }

  /**
   * Looks whether a pool's definition is a valid one.
   *
   * @throws IllegalArgumentException when it is not, and why
   */
  public static void check(dev.brink.mesh.proto.OriginPool definition) {
    PoolSettings.of(definition);
  }

  static SslContext defaultTls() {
    try {
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .protocols("TLSv1.3", "TLSv1.2")
          .endpointIdentificationAlgorithm("HTTPS")
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("tls: the JDK's trusted certificates can't be used", e);
    }
  }

  /**
   * Says which pools there are from now on. One that stays keeps its servers' standing and
   * connections; one that goes ends its connections as they become free. A definition that is not
   * valid is logged, and the pool stays as it was.
   *
   * @param definitions by {@code tenant/name}
   */
  public synchronized void update(Map<String, dev.brink.mesh.proto.OriginPool> definitions) {
    if (closed) {
      return;
    }
    Map<Target.Origin, Pool> before = pools;
    var after = new HashMap<Target.Origin, Pool>();
    definitions.forEach(
        (key, definition) -> {
          Target.Origin name = name(key);
          Pool pool = updated(name, definition, before.get(name));
          if (pool != null) {
            after.put(name, pool);
          }
        });
    pools = Map.copyOf(after);
    before.forEach(
        (name, pool) -> {
          if (!after.containsKey(name)) {
            pool.close();
          }
        });
  }

  private @Nullable Pool updated(
      Target.Origin name, dev.brink.mesh.proto.OriginPool definition, @Nullable Pool before) {
    try {
      if (before != null) {
        before.update(definition);
        return before;
      }
      Pool added = new Pool(name, surroundings, definition);
      added.start();
      return added;
    } catch (IllegalArgumentException e) {
      LOG.warn("origin {}/{}: not changed: {}", name.tenant(), name.name(), e.getMessage());
      return before;
    }
  }

  private static Target.Origin name(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("key: " + key + " (expected: tenant/name)");
    }
    return new Target.Origin(key.substring(0, slash), key.substring(slash + 1));
  }

  @Override
  public Running execute(Call call, Target.Origin target, CallListener listener) {
    return begin(call, target, listener, null);
  }

  /**
   * Passes a WebSocket through, if the call asks for one: the exchange is then upgraded when the
   * server agrees, and given the server's answer else. What it is given, and who is to hear when
   * the client goes away ({@link ServerExchange#onCancel}), is no longer the caller's business.
   *
   * @return {@code false}, with nothing done, when the call does not ask for a WebSocket: the
   *     caller then {@linkplain #execute executes} it
   */
  @CheckReturnValue
  public boolean upgrade(Call call, Target.Origin target, ServerExchange exchange) {
    if (!UpgradeRelay.isAskedFor(call)) {
      return false;
    }
    var relay = new UpgradeRelay(exchange);
    Running running = begin(call, target, relay, relay);
    exchange.onCancel(running::cancel);
    return true;
  }

  private Running begin(
      Call call,
      Target.Origin target,
      CallListener listener,
      OriginCall.@Nullable Switching switching) {
    Pool pool = pools.get(target);
    if (pool == null) {
      Problem problem =
          Problem.of(
              502,
              "origin-not-found",
              "pool: %s/%s (expected: one that is deployed)"
                  .formatted(target.tenant(), target.name()));
      listener.onFailure(new CallFailure(problem, CallFailure.Reach.NOT_STARTED));
      return NOTHING_RUNS;
    }
    var begun = new OriginCall(pool.state(), call, listener, switching, self, loop());
    begun.start();
    return begun;
  }

  /** The caller's event loop, or any. */
  private EventLoop loop() {
    for (int i = 0; i < loops.size(); i++) {
      EventLoop loop = loops.get(i);
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    return surroundings.loops().group().next();
  }

  /** All pools, by tenant and name. */
  public List<PoolStatus> status() {
    return pools.values().stream()
        .map(Pool::status)
        .sorted(Comparator.comparing(PoolStatus::tenant).thenComparing(PoolStatus::name))
        .toList();
  }

  /** Forgets all pools and breaks off what is under way. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    pools.values().forEach(Pool::abort);
    pools = Map.of();
    lookups.shutdownNow();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final EventLoops loops;
    private OriginLimits limits = OriginLimits.defaults();
    private @Nullable SslContext tls;
    private String via = "brink";
    private CdnLoop cdnLoop = CdnLoop.create();

    private Builder(EventLoops loops) {
      this.loops = requireNonNull(loops, "loops");
    }

    /** Default: {@link OriginLimits#defaults}. */
    public Builder limits(OriginLimits value) {
      limits = requireNonNull(value, "limits");
      return this;
    }

    /**
     * How {@code https} servers are proved. Default: TLS 1.3 and 1.2, the certificates that the JDK
     * trusts, and the host's name.
     *
     * @param value a client's context, which should verify host names
     */
    public Builder tls(SslContext value) {
      tls = requireNonNull(value, "tls");
      return this;
    }

    /**
     * What this node calls itself in {@code Via}. Default {@code brink}.
     *
     * @throws IllegalArgumentException unless it is a token
     */
    public Builder via(String value) {
      if (!RequestHead.isToken(value)) {
        throw new IllegalArgumentException("via: " + value + " (expected: a token)");
      }
      via = value;
      return this;
    }

    /** What this mesh calls itself in {@code CDN-Loop}. Default: with an id of its own. */
    public Builder cdnLoop(CdnLoop value) {
      cdnLoop = requireNonNull(value, "cdnLoop");
      return this;
    }

    public Origins build() {
      return new Origins(this);
    }
  }
}
