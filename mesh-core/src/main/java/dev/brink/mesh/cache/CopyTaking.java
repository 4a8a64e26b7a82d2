package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.HttpCache;
import dev.brink.cache.ahead.ByteBudget;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CopyOffer;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes, of what other nodes offer, what is likely to be asked for here and has a place: a few at
 * once, and so many bytes a second. Thread-safe.
 */
final class CopyTaking {
  private static final int MAX_WAITING = 1024;
  private static final int AT_ONCE = 8;
  private static final long BYTES_PER_SECOND = 4 << 20;
  private static final long BURST_BYTES = 8 << 20;
  private static final int MAX_SITES = 1024;
  private static final long INTEREST_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Homes homes;
  private final Links links;
  private final HttpCache cache;
  private final BlockingQueue<CopyOffer> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicInteger underWay = new AtomicInteger();
  private final ByteBudget budget =
      new ByteBudget(BYTES_PER_SECOND, BURST_BYTES, System.nanoTime());

  /** The sites that this node's own clients ask for, and when they last did. */
  private final ConcurrentHashMap<Site, Long> sites = new ConcurrentHashMap<>();

  CopyTaking(Homes homes, Links links, HttpCache cache) {
    this.homes = homes;
    this.links = links;
    this.cache = cache;
  }

  private record Site(Target.Cached target, String host) {}

  /** A client of this node asked for something. */
  void asked(Wanted wanted) {
    var site = new Site(wanted.target(), wanted.host());
    long now = System.nanoTime();
    if (sites.size() >= MAX_SITES) {
      sites.values().removeIf(last -> now - last > INTEREST_NANOS);
    }
    if (sites.size() < MAX_SITES || sites.containsKey(site)) {
      sites.put(site, now);
    }
  }

  /** Something is offered; what is too much is forgotten. */
  void offered(CopyOffer offer) {
    var _ = waiting.offer(offer);
  }

  /**
   * Takes what may be taken now.
   *
   * @param policies how what a target answers is cached; {@code null}: it is not, or not known here
   * @param again runs when one has been taken
   * @return whether something waits for the budget
   */
  boolean take(Function<Target.Cached, @Nullable CachePolicy> policies, Runnable again) {
    while (underWay.get() < AT_ONCE) {
      CopyOffer next = waiting.peek();
      if (next == null) {
        return false;
      }
      long bytes = Math.max(1, Math.min(next.getBytes(), CopyOffering.MAX_BYTES));
      if (!budget.take(bytes, System.nanoTime())) {
        return true;
      }
      waiting.remove(next);
      if (next.getBytes() > CopyOffering.MAX_BYTES || !take(next, policies, again)) {
        budget.giveBack(bytes);
      }
    }
    return false;
  }

  /** Whether it is under way. */
  private boolean take(
      CopyOffer offer, Function<Target.Cached, @Nullable CachePolicy> policies, Runnable again) {
    var target = new Target.Cached(offer.getTenant(), offer.getName(), offer.getDigest());
    Long asked = sites.get(new Site(target, offer.getHost()));
    CachePolicy policy = policies.apply(target);
    if (policy == null || asked == null || System.nanoTime() - asked > INTEREST_NANOS) {
      return false;
    }
    var wanted = new Wanted(target, offer.getScheme(), offer.getHost(), offer.getUri());
    HttpRequest request = wanted.request();
    offer.getFieldsMap().forEach((name, value) -> request.headers().set(name, value));
    var asking = new CacheRequest(request, offer.getScheme(), null, policy);
    if (homes.isHere(asking)) {
      return false;
    }
    var upstream = new CopyUpstream(homes.of(asking), links, target, offer.getScheme());
    underWay.incrementAndGet();
    var _ =
        cache
            .take(asking, upstream, offer.getBytes(), CopyOffering.MAX_BYTES)
            .whenComplete(
                (stored, failure) -> {
                  underWay.decrementAndGet();
                  again.run();
                });
    return upstream.asked();
  }
}
