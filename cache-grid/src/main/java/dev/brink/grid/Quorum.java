package dev.brink.grid;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whether those present may decide for all.
 *
 * @param known how many members count
 * @param present how many of them are present
 * @param holds whether they are more than half, or half with the oldest
 */
record Quorum(int known, int present, boolean holds) {
  /**
   * Counts.
   *
   * @param known those that count; the node itself is added when it is not among them
   * @param oldest the known member that joined first, null when none is known
   */
  static Quorum of(UUID self, Set<UUID> known, @Nullable UUID oldest, Set<UUID> present) {
    Set<UUID> all = new HashSet<>(known);
    all.add(self);
    int count = (int) all.stream().filter(id -> id.equals(self) || present.contains(id)).count();
    boolean half = 2 * count == all.size();
    boolean withOldest = oldest == null || oldest.equals(self) || present.contains(oldest);
    return new Quorum(all.size(), count, 2 * count > all.size() || (half && withOldest));
  }

  @Override
  public String toString() {
    return present + " of " + known + " known members present";
  }
}
