package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Collection;
import java.util.function.Supplier;

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
  String of(CachePolicy policy, HttpRequest request) {
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    return of(StoreKey.of(policy.space() + '\n' + host + request.uri()));
  }

  /** Whether this node is the home of what a request asks for. */
  boolean isHere(CachePolicy policy, HttpRequest request) {
    return of(policy, request).equals(self);
  }

  /** The home of a key, which may be this node. */
  String of(StoreKey key) {
    String best = self;
    long most = weight(self, key);
    for (String peer : peers.get()) {
      long weight = weight(peer, key);
      int order = Long.compareUnsigned(weight, most);
      if (order > 0 || (order == 0 && peer.compareTo(best) > 0)) {
        best = peer;
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
