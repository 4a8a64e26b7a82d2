package dev.brink.mesh.registry;

import dev.brink.grid.Stamp;
import java.util.LinkedHashMap;
import java.util.Map;

/** When what was removed, the last so many: against records from before that come late. */
final class Removals extends LinkedHashMap<String, Stamp> {
  /** So many are remembered. */
  static final int MAX = 10_000;

  private static final long serialVersionUID = 1L;

  @Override
  protected boolean removeEldestEntry(Map.Entry<String, Stamp> eldest) {
    return size() > MAX;
  }
}
