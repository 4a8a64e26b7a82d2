package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.UUID;

/**
 * A node of the grid.
 *
 * @param id the node's own id, the same over restarts of the node
 * @param name a name for people; not necessarily unique
 * @param attributes what the node published when it started (addresses, labels); immutable
 * @param self whether it is the node that was asked
 */
public record Member(UUID id, String name, Map<String, String> attributes, boolean self) {
  public Member {
    requireNonNull(id, "id");
    requireNonNull(name, "name");
    attributes = Map.copyOf(attributes);
  }
}
