package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.HttpCache;
import dev.brink.grid.Lasting;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.CopyUse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of what is popular, at the nodes where it is going to be asked for. A key's home hears who
 * asks for it; when that is on the rise it offers a copy to the nodes that lack it, and each takes
 * what is of use to it. All of it happens in the background, on one thread that sleeps when there
 * is nothing to do. Thread-safe.
 */
public final class CopiesAhead implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CopiesAhead.class);
  private static final long PACE_MILLIS = 100;
  private static final long TELLING_MILLIS = 500;

  private final String node;
  private final boolean on;
  private final CopyOffering offering;
  private final CopyTaking taking;
  private final CopyUses uses;
  private final Links links;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-copies").factory());
  private final Lasting lasting = new Lasting(LOG, "copies: unexpected");
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicBoolean telling = new AtomicBoolean();
  private volatile Function<Target.Cached, @Nullable CachePolicy> policies = target -> null;

  /**
   * @param node this one
   * @param on whether anything is offered or taken
   */
  CopiesAhead(String node, Homes homes, Links links, HttpCache cache, boolean on) {
    this.node = node;
    this.on = on;
    offering = new CopyOffering(homes, links, cache);
    this.links = links;
    uses = new CopyUses(node);
    taking = new CopyTaking(homes, links, cache);
  }

  /** How what a target answers is cached; until this is known, nothing is taken. */
  public void policies(Function<Target.Cached, @Nullable CachePolicy> of) {
    policies = of;
  }

  /**
   * A client of this node asked for something that is not here, or was answered with what is.
   *
   * @param home of what was asked for
   * @param times how many such requests this one stands for
   */
  void asked(
      Target.Cached at,
      CachePolicy policy,
      String scheme,
      HttpRequest request,
      String home,
      double times) {
    Wanted wanted = on ? Wanted.of(at, policy, scheme, request) : null;
    if (wanted == null) {
      return;
    }
    taking.asked(wanted);
    if (home.equals(node) && offering.asked(wanted, policy, request, node, times)) {
      wake();
    }
  }

  /** A client of this node was answered with a copy, which the key's home does not know of. */
  void used(
      Target.Cached at,
      CachePolicy policy,
      String scheme,
      HttpRequest request,
      String home,
      int times) {
    Wanted wanted = on ? Wanted.of(at, policy, scheme, request) : null;
    if (wanted != null) {
      uses.used(wanted, request, home, times);
      if (telling.compareAndSet(false, true)) {
        later(TELLING_MILLIS, telling, this::tell);
      }
    }
  }

  private void tell() {
    telling.set(false);
    uses.tell(links);
  }

  /** Another node asked this one as the home. */
  void askedBy(Target.Cached target, CachePolicy policy, Call call) {
    Wanted wanted =
        on && !target.asker().isEmpty()
            ? Wanted.of(target, policy, call.scheme(), call.request())
            : null;
    if (wanted != null && offering.asked(wanted, policy, call.request(), target.asker(), 1)) {
      wake();
    }
  }

  /** The call for a copy as one that is answered with what is stored and fresh, or not at all. */
  static Call ofStored(Call call) {
    HttpRequest asked = call.request();
    var request =
        new DefaultHttpRequest(
            asked.protocolVersion(), asked.method(), asked.uri(), asked.headers().copy());
    request.headers().set(HttpHeaderNames.CACHE_CONTROL, "only-if-cached, min-fresh=1");
    return new Call(
        request, call.scheme(), null, call.clientAddress(), call.requestId(), call.deadlineNanos());
  }

  /** A peer offers copies. */
  public void offered(CopyOffers offers) {
    if (on) {
      offers.getOffersList().forEach(taking::offered);
      offers.getUsesList().forEach(use -> usedAt(offers.getNode(), use));
      wake();
    }
  }

  private void usedAt(String peer, CopyUse use) {
    Wanted wanted = CopyUses.wanted(use);
    CachePolicy policy = policies.apply(wanted.target());
    if (policy == null) {
      return;
    }
    HttpRequest request = wanted.request();
    use.getFieldsMap().forEach((name, value) -> request.headers().set(name, value));
    if (Wanted.of(wanted.target(), policy, wanted.scheme(), request) != null) {
      var _ = offering.asked(wanted, policy, request, peer, use.getTimes());
    }
  }

  /** Copies offered to other nodes since the start. */
  public long offeredTotal() {
    return offering.offeredTotal();
  }

  private void wake() {
    if (due.compareAndSet(false, true)) {
      later(PACE_MILLIS, due, this::work);
    }
  }

  /** As {@link #later(long, Runnable)}, of what is then due: not if that fails. */
  private void later(long millis, AtomicBoolean marked, Runnable task) {
    try {
      later(millis, task);
    } catch (RuntimeException | Error e) {
      marked.set(false);
      throw e;
    }
  }

  private void later(long millis, Runnable task) {
    try {
      var _ = thread.schedule(lasting.of(task), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      // It is closed.
    }
  }

  private void work() {
    due.set(false);
    boolean more = offering.offer();
    take();
    if (more) {
      wake();
    }
  }

  private void take() {
    if (taking.take(policies, () -> later(0, this::take))) {
      wake();
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
