package dev.brink.mesh.cache;

import dev.brink.cache.Change;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.CacheChange;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was put or removed here that not all nodes have heard of: they are told when there is a link
 * to them again. The latest 10,000, until this process ends. Thread-safe; nothing here blocks.
 */
final class UntoldChanges {
  private static final Logger LOG = LoggerFactory.getLogger(UntoldChanges.class);
  private static final int MAX_CHANGES = 10_000;
  private static final int AT_ONCE = 256;
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final Links links;

  /** Oldest first; guarded by itself. */
  private final LinkedHashMap<StoreKey, Untold> changes = new LinkedHashMap<>();

  /** Peers that are being told. */
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  /** The other nodes that are known, those that are away too. */
  private volatile Supplier<Set<String>> known = Set::of;

  record Untold(Change change, Set<String> peers) {}

  UntoldChanges(Links links) {
    this.links = links;
  }

  void known(Supplier<Set<String>> nodes) {
    known = nodes;
  }

  /** A change that these have heard of, and others may not have. */
  void add(Change change, Collection<String> heard) {
    synchronized (changes) {
      Untold before = changes.get(change.key());
      if (before != null && before.change().stamp() > change.stamp()) {
        // Changes come here as the last node has heard of each: this one was before that.
        return;
      }
      Set<String> others = nodes();
      others.removeAll(heard);
      changes.remove(change.key());
      if (before != null) {
        // What was to be told of the same before is that it has changed, too.
        before.peers().stream().filter(peer -> !heard.contains(peer)).forEach(others::add);
      }
      if (others.isEmpty()) {
        return;
      }
      changes.put(change.key(), new Untold(change, others));
      if (changes.size() > MAX_CHANGES) {
        changes.pollFirstEntry();
        LOG.debug("a node that is away is not told of the oldest change: there are too many");
      }
    }
  }

  /** Tells those that can be told by now. */
  void again() {
    if (size() == 0) {
      return;
    }
    synchronized (changes) {
      // In one go with that: a change that is added meanwhile may be for a node that has come.
      Set<String> nodes = nodes();
      changes.values().forEach(untold -> untold.peers().retainAll(nodes));
      changes.values().removeIf(untold -> untold.peers().isEmpty());
    }
    links.up().forEach(this::tell);
  }

  /** All other nodes that are known or linked. */
  private Set<String> nodes() {
    Set<String> nodes = new HashSet<>(known.get());
    nodes.addAll(links.up());
    return nodes;
  }

  private void tell(String peer) {
    if (!underWay.add(peer)) {
      return;
    }
    boolean asked = false;
    try {
      List<Untold> some = new ArrayList<>();
      PurgeRequest request = request(peer, some);
      if (!some.isEmpty()) {
        var _ =
            links
                .purge(peer, request, LIMIT)
                .whenComplete(
                    (reply, failure) -> {
                      underWay.remove(peer);
                      if (failure == null) {
                        told(peer, some);
                      }
                    });
        asked = true;
      }
    } finally {
      if (!asked) {
        underWay.remove(peer);
      }
    }
  }

  /**
   * As much as one message takes of what a node is to be told; the rest comes in later ones.
   *
   * @param told gets what the message says
   */
  PurgeRequest request(String peer, List<Untold> told) {
    PurgeRequest.Builder request = PurgeRequest.newBuilder();
    int bytes = 0;
    synchronized (changes) {
      for (Untold untold : changes.values()) {
        if (!untold.peers().contains(peer)) {
          continue;
        }
        CacheChange change = CacheMessages.toProto(untold.change());
        bytes += Missed.bytesIn(change);
        if (told.size() == AT_ONCE || (bytes > Missed.MAX_BYTES && !told.isEmpty())) {
          break;
        }
        request.addChanges(change);
        told.add(untold);
      }
    }
    return request.build();
  }

  private void told(String peer, List<Untold> some) {
    synchronized (changes) {
      for (Untold untold : some) {
        untold.peers().remove(peer);
        if (untold.peers().isEmpty()) {
          changes.remove(untold.change().key(), untold);
        }
      }
    }
  }

  /** Those that a node has not heard of; all, if it is not known which (empty). */
  List<CacheChange> missedBy(String peer) {
    List<CacheChange> missed = new ArrayList<>();
    synchronized (changes) {
      changes.values().stream()
          .filter(untold -> peer.isEmpty() || untold.peers().contains(peer))
          .forEach(untold -> missed.add(CacheMessages.toProto(untold.change())));
    }
    return missed;
  }

  int size() {
    synchronized (changes) {
      return changes.size();
    }
  }
}
