package dev.brink.mesh.registry;

import dev.brink.grid.Stamp;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployments that this node can't serve as it can't read what was stored, which a node of
 * another version may have written. Each record is told of once. On the registry's thread but for
 * the count.
 */
final class UnreadableDeployments {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableDeployments.class);

  private final Map<String, Stamp> byKey = new HashMap<>();
  private volatile int count;

  /** A record of a deployment is unreadable. */
  void met(String key, Stamp stamp, String why) {
    if (!stamp.equals(byKey.put(key, stamp))) {
      LOG.error("deployment {}: unreadable here, and not served: {}", key, why);
    }
    count = byKey.size();
  }

  /** It is readable now, or was removed. */
  void gone(String key) {
    byKey.remove(key);
    count = byKey.size();
  }

  boolean has(String key) {
    return byKey.containsKey(key);
  }

  /** How many there are. Any thread. */
  int count() {
    return count;
  }
}
