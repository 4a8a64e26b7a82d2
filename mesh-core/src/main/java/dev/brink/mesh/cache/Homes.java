package dev.brink.mesh.cache;

import dev.brink.cache.CacheRequest;
import dev.brink.cache.store.StoreKey;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which node is the home of a key: the one whose hash with it is highest (Thaler and Ravishankar:
 * "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6, 1998). A node that comes or
 * goes moves the keys it gets or had, and no others.
 */
final class Homes {
  private final String self;
  private final Supplier<? extends Collection<String>> peers;

  /**
   * @param self this node's id
   * @param peers ids of the nodes that can be reached now
   */
  Homes(String self, Supplier<? extends Collection<String>> peers) {
    this.self = self;
    this.peers = peers;
  }

  /** The home of what a request asks for, which may be this node. */
  String of(CacheRequest asked) {
    return of(key(asked));
  }

  /**
   * What decides on the home of what a request asks for: host, path and query as the cache's key
   * has them, so that however a client writes them there is but one.
   */
  static StoreKey key(CacheRequest asked) {
    return key(asked.policy().space(), asked.site() + asked.target());
  }

  /**
   * The same for a URL.
   *
   * @param url host, path and query in normal form
   */
  static StoreKey key(String space, String url) {
    return StoreKey.of(space + '\n' + url);
  }

  /** Whether no other node can be reached. */
  boolean isAlone() {
    return peers.get().isEmpty();
  }

  /** Whether this node is the home of what a request asks for. */
  boolean isHere(CacheRequest asked) {
    return of(asked).equals(self);
  }

  /** The home of a key, which may be this node. */
  String of(StoreKey key) {
    return best(self, peers.get(), key);
  }

  /**
   * The home that a key had before this node came, if that came last: the home it would have
   * without this node. {@code null}: no other node can be reached.
   */
  @Nullable String before(StoreKey key) {
    Collection<String> others = peers.get();
    return others.isEmpty() ? null : best(others.iterator().next(), others, key);
  }

  private static String best(String one, Collection<String> others, StoreKey key) {
    String best = one;
    long most = weight(one, key);
    for (String other : others) {
      long weight = weight(other, key);
      int order = Long.compareUnsigned(weight, most);
      if (order > 0 || (order == 0 && other.compareTo(best) > 0)) {
        best = other;
        most = weight;
      }
    }
    return best;
  }

  private static long weight(String node, StoreKey key) {
    long hash = key.high();
    for (int i = 0; i < node.length(); i++) {
      hash = (hash ^ node.charAt(i)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return mix(hash ^ key.low());
  }

  /** The finalizer of MurmurHash3. */
  private static long mix(long value) {
    long hash = value;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }
}
