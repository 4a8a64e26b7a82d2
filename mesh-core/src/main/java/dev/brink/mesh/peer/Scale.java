package dev.brink.mesh.peer;

/**
 * How often a node tells its peers what, by how many members the mesh has: so that what it sends
 * for control, with TLS and TCP/IP, stays within 64 kB/s at 32 nodes and 256 kB/s at 128 and more.
 */
public final class Scale {
  /** Up to so many members each load report goes out, and news every second. */
  static final int SMALL = 16;

  /** Above {@link #SMALL}, the members there may be for each further 100 ms between reports. */
  private static final int MEMBERS_A_TICK = 64;

  /** Below the second from which on a report counts as late. */
  private static final int MOST_TICKS = 8;

  /** Every how manyth 100 ms a peer is told this node's load: 1 to 8. */
  public static int beatTicks(int members) {
    return members <= SMALL ? 1 : Math.clamp(Math.ceilDiv(members, MEMBERS_A_TICK), 2, MOST_TICKS);
  }

  /** Every how manyth second there is news: as rare as reports are. */
  public static int newsSeconds(int members) {
    return beatTicks(members);
  }

  private Scale() {}
}
