package dev.brink.grid;

import dev.brink.grid.wire.BeaconIdentity;
import dev.brink.grid.wire.BeaconPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a beacon says of its node.
 *
 * @param at where it was asked
 * @param session the id of its Ignite node, null while there is none
 * @param members how many members its view has
 * @param lowest the lowest member id in its view
 * @param seesAsker whether its view holds the asker's Ignite node
 * @param addresses discovery addresses of some members of its view, 16 at most
 */
record Sighting(
    HostPort at,
    String cluster,
    UUID member,
    UUID incarnation,
    @Nullable UUID session,
    BeaconPhase phase,
    int members,
    UUID lowest,
    boolean seesAsker,
    List<HostPort> addresses) {
  static Sighting of(HostPort at, BeaconIdentity said) {
    List<HostPort> addresses = new ArrayList<>();
    for (String address : said.getAddressesList().stream().limit(Beacon.MAX_ADDRESSES).toList()) {
      addresses.add(HostPort.parse(address));
    }
    return new Sighting(
        at,
        said.getCluster(),
        Wire.fromId(said.getMember()),
        Wire.fromId(said.getIncarnation()),
        said.hasSession() ? Wire.fromId(said.getSession()) : null,
        said.getPhase(),
        said.getMembers(),
        Wire.fromId(said.getLowest()),
        said.getSeesAsker(),
        List.copyOf(addresses));
  }

  /** Whether it can be joined, now or in a moment. */
  boolean joinable() {
    return phase == BeaconPhase.COMMITTED || phase == BeaconPhase.SERVING;
  }

  /**
   * Whether its part of the grid goes on where a part with so many members and that lowest id meets
   * it.
   */
  boolean prevailsOver(int otherMembers, UUID otherLowest) {
    return members > otherMembers || (members == otherMembers && lowest.compareTo(otherLowest) < 0);
  }
}
