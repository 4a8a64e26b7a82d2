package dev.brink.mesh.ingress;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The WebSockets of this ingress whose functions run on other nodes. When this node stops, those
 * are told that their clients have no more to say, and answer with a close. Thread-safe.
 */
final class RemoteSockets {
  private final String node;
  private final Set<ClientBytes> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  RemoteSockets(String node) {
    this.node = node;
  }

  void add(ClientBytes bytes, String runsOn) {
    if (!runsOn.equals(node)) {
      open.add(bytes);
      if (ended) {
        bytes.end();
      }
    }
  }

  void remove(ClientBytes bytes) {
    open.remove(bytes);
  }

  /** Those that are there, and each that comes from now on. */
  void end() {
    // Before the look at those that there are: one that comes later looks at this.
    ended = true;
    open.forEach(ClientBytes::end);
  }
}
