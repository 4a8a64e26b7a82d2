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

  RemoteSockets(String node) {
    this.node = node;
  }

  void add(ClientBytes bytes, String runsOn) {
    if (!runsOn.equals(node)) {
      open.add(bytes);
    }
  }

  void remove(ClientBytes bytes) {
    open.remove(bytes);
  }

  void end() {
    open.forEach(ClientBytes::end);
  }
}
