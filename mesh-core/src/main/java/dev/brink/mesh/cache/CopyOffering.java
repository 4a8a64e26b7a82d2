package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.HttpCache;
import dev.brink.cache.Offering;
import dev.brink.cache.ahead.ByteBudget;
import dev.brink.cache.ahead.Popularity;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CopyOffer;
import dev.brink.mesh.proto.CopyOffers;
import io.netty.handler.codec.http.HttpRequest;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * Offers what is on the rise, of that whose home this node is, to the nodes that lack it. An offer
 * holds no response: who wants it asks for it as for anything else. Thread-safe.
 */
final class CopyOffering {
  /** Larger ones are not offered. */
  static final long MAX_BYTES = 1 << 20;

  private static final int MAX_KEYS = 1024;
  private static final int MAX_PENDING = 256;
  private static final int MAX_OFFERS = 256;

  /** How often it is looked for that is on its way from its source. */
  private static final int TRIES = 30;

  private static final long BYTES_PER_SECOND = 8 << 20;

  private final Homes homes;
  private final Links links;
  private final HttpCache cache;
  private final Popularity<Wanted> popularity = new Popularity<>(MAX_KEYS);
  private final ByteBudget budget =
      new ByteBudget(BYTES_PER_SECOND, BYTES_PER_SECOND, System.nanoTime());
  private final LongAdder offered = new LongAdder();

  // Guarded by itself.
  private final Map<Wanted, Rising> pending = new LinkedHashMap<>();

  CopyOffering(Homes homes, Links links, HttpCache cache) {
    this.homes = homes;
    this.links = links;
    this.cache = cache;
  }

  /**
   * What may be offered.
   *
   * @param request one that asked for it
   * @param tries how often it has been looked for
   */
  private record Rising(CachePolicy policy, HttpRequest request, int tries) {}

  /**
   * A node asked for what has its home here.
   *
   * @param times how many requests this one stands for
   * @return whether {@link #offer} has something to do
   */
  boolean asked(Wanted wanted, CachePolicy policy, HttpRequest request, String node, double times) {
    if (!popularity.asked(wanted, node, times, System.nanoTime())) {
      return false;
    }
    HttpRequest like = wanted.request();
    like.headers().setAll(request.headers());
    synchronized (pending) {
      return pending.size() < MAX_PENDING
          && pending.putIfAbsent(wanted, new Rising(policy, like, 0)) == null;
    }
  }

  /**
   * Offers what is on the rise, as far as it is here and the budget goes.
   *
   * @return whether something is left to do
   */
  boolean offer() {
    Map<Wanted, Rising> all;
    synchronized (pending) {
      all = new LinkedHashMap<>(pending);
      pending.clear();
    }
    Set<String> peers = links.up();
    Map<String, CopyOffers.Builder> offers = new HashMap<>();
    Map<Wanted, Rising> left = new LinkedHashMap<>();
    if (!peers.isEmpty()) {
      all.forEach(
          (wanted, rising) -> {
            if (!offer(wanted, rising, peers, offers) && rising.tries() < TRIES) {
              left.put(wanted, new Rising(rising.policy(), rising.request(), rising.tries() + 1));
            }
          });
    }
    offers.forEach((node, some) -> links.offer(node, some.build()));
    synchronized (pending) {
      Iterator<Map.Entry<Wanted, Rising>> again = left.entrySet().iterator();
      while (again.hasNext() && pending.size() < MAX_PENDING) {
        Map.Entry<Wanted, Rising> each = again.next();
        pending.putIfAbsent(each.getKey(), each.getValue());
      }
      return !pending.isEmpty();
    }
  }

  /** False when it can't be offered yet. */
  private boolean offer(
      Wanted wanted, Rising rising, Set<String> peers, Map<String, CopyOffers.Builder> offers) {
    var asked = new CacheRequest(rising.request(), wanted.scheme(), null, rising.policy());
    if (!homes.isHere(asked)) {
      return true;
    }
    Offering offering = cache.offering(asked);
    if (offering == null) {
      return false;
    }
    if (offering.bytes() > MAX_BYTES) {
      return true;
    }
    long now = System.nanoTime();
    long most = Math.max(1, offering.bytes()) * peers.size();
    if (!budget.take(Math.min(most, BYTES_PER_SECOND), now)) {
      return false;
    }
    List<String> lacking = popularity.lacking(wanted, peers, offering.stamp(), now);
    budget.giveBack(
        Math.min(most, BYTES_PER_SECOND) - Math.min(most, offering.bytes() * lacking.size()));
    for (String node : lacking) {
      CopyOffers.Builder some = offers.computeIfAbsent(node, any -> CopyOffers.newBuilder());
      if (some.getOffersCount() < MAX_OFFERS) {
        some.addOffers(message(wanted, offering));
        offered.increment();
      }
    }
    return true;
  }

  private static CopyOffer message(Wanted wanted, Offering offering) {
    return CopyOffer.newBuilder()
        .setTenant(wanted.target().tenant())
        .setName(wanted.target().name())
        .setDigest(wanted.target().digest())
        .setScheme(wanted.scheme())
        .setHost(wanted.host())
        .setUri(wanted.uri())
        .putAllFields(offering.fields())
        .setBytes(offering.bytes())
        .build();
  }

  long offeredTotal() {
    return offered.sum();
  }
}
