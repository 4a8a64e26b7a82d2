package dev.brink.mesh.kv;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many watches functions have on this node, within bounds. Each has a queue, and each write in
 * its namespace is compared with its prefix, so there are few. Thread-safe.
 */
public final class WatchPlaces {
  /** How many an invocation has at most. */
  public static final int PER_INVOCATION = 8;

  /** How many the functions of a tenant have at most. */
  public static final int PER_TENANT = 64;

  /** How many all functions have at most; of a store's thousand the rest is the node's own. */
  public static final int PER_NODE = 256;

  /** What stands in the way of one more watch. */
  public enum Limit {
    /** {@link #PER_INVOCATION}. */
    INVOCATION("invocation-watch-limit", "the invocation has as many watches as it may", false),
    /** {@link #PER_TENANT}. */
    TENANT("tenant-watch-limit", "the tenant has as many watches as it may", true),
    /** {@link #PER_NODE}, or that of the store. */
    NODE("watch-limit", "the node has as many watches as it may", true);

    private final String code;
    private final String message;
    private final boolean retryable;

    Limit(String code, String message, boolean retryable) {
      this.code = code;
      this.message = message;
      this.retryable = retryable;
    }
  }

  private record Invocation(String function, String requestId) {}

  private final Map<Invocation, Integer> ofInvocations = new HashMap<>();
  private final Map<String, Integer> ofTenants = new HashMap<>();
  private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);
  private final LongAdder missed = new LongAdder();
  private int open;

  WatchPlaces() {
    for (Limit limit : Limit.values()) {
      refused.put(limit, new LongAdder());
    }
  }

  /** One watch's place. */
  final class Place implements AutoCloseable {
    private final String tenant;
    private final Invocation invocation;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Place(String tenant, Invocation invocation) {
      this.tenant = tenant;
      this.invocation = invocation;
    }

    /** It has missed changes, or may have. */
    void missed() {
      missed.increment();
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        giveBack(tenant, invocation);
      }
    }
  }

  /**
   * Takes a place for one more watch.
   *
   * @throws BindingException when there is none
   */
  Place take(String tenant, BindingCall call) {
    var invocation = new Invocation(call.function(), call.requestId());
    synchronized (this) {
      if (ofInvocations.getOrDefault(invocation, 0) >= PER_INVOCATION) {
        throw refusal(Limit.INVOCATION);
      }
      if (ofTenants.getOrDefault(tenant, 0) >= PER_TENANT) {
        throw refusal(Limit.TENANT);
      }
      if (open >= PER_NODE) {
        throw refusal(Limit.NODE);
      }
      ofInvocations.merge(invocation, 1, Integer::sum);
      ofTenants.merge(tenant, 1, Integer::sum);
      open++;
    }
    return new Place(tenant, invocation);
  }

  /** Counts a refusal. */
  BindingException refusal(Limit limit) {
    counter(limit).increment();
    return BindingException.failed(limit.code, limit.message, limit.retryable);
  }

  private synchronized void giveBack(String tenant, Invocation invocation) {
    ofInvocations.computeIfPresent(invocation, (_, count) -> count == 1 ? null : count - 1);
    ofTenants.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    open--;
  }

  /** How many there are. */
  public synchronized int open() {
    return open;
  }

  /** How many were refused since the start. */
  public long refused(Limit limit) {
    return counter(limit).sum();
  }

  /** How often one has missed changes since the start, each time until its function is told. */
  public long missed() {
    return missed.sum();
  }

  private LongAdder counter(Limit limit) {
    return Objects.requireNonNull(refused.get(limit), "limit");
  }
}
