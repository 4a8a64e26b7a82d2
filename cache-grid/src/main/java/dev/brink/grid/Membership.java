package dev.brink.grid;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * An immutable view of who is in the grid, as the asked node sees it.
 *
 * @param version grows with every change of this node's view; starts at 1 and means nothing to
 *     another node
 * @param members the members sorted by id, the asked node among them
 */
public record Membership(long version, List<Member> members) {
  public Membership {
    members = members.stream().sorted(Comparator.comparing(Member::id)).toList();
  }

  /** The member with this id. */
  public Optional<Member> find(UUID id) {
    return members.stream().filter(member -> member.id().equals(id)).findFirst();
  }
}
