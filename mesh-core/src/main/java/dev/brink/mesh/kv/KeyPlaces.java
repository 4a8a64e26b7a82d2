package dev.brink.mesh.kv;

import dev.brink.grid.GridListener;
import dev.brink.grid.Member;
import dev.brink.placement.Placement;
import java.util.Set;
import java.util.UUID;

/**
 * Tells placement where the keys are that functions use: each member has those that it has the
 * primary copies of, which answer consistent reads; backups do not. So what a call of a function
 * used is told by member: a handful of sources, however many keys there are, and right again a few
 * calls after keys have moved. Thread-safe.
 */
public final class KeyPlaces implements GridListener {
  private final Placement placement;

  /** For one node, which is a place of keys itself. */
  public KeyPlaces(Member self, Placement placement) {
    this.placement = placement;
    memberJoined(self);
  }

  /** What placement calls a member's keys. */
  static String source(UUID member) {
    return "kv:" + member;
  }

  @Override
  public void memberJoined(Member member) {
    placement.dataAt(source(member.id()), Set.of(member.id().toString()));
  }

  @Override
  public void memberLeft(Member member, boolean failed) {
    placement.dataAt(source(member.id()), Set.of());
  }
}
