package dev.brink.mesh.link;

import dev.brink.mesh.proto.LoadBeat;

/** Hears of the links to other nodes. Called on event loops: must not block. */
public interface LinkListener {
  /** A link is ready for calls. */
  void up(String node);

  /** A link was lost. */
  void down(String node);

  /** A node said how loaded it is. */
  void load(String node, LoadBeat load);

  /** A body of so many bytes that was ready at the peer took so long to come. */
  void transferred(String node, long bytes, long nanos);

  /**
   * A call of a function was not answered by its deadline, nor was anything heard of it five
   * seconds later. May be left out.
   */
  default void unanswered(String node) {}

  /**
   * Whether the link to a node is pinged each second, so that the round trip is known; if not, it
   * is when {@link Links#probe} says so and when nothing is heard of the node.
   */
  default boolean pings(String node) {
    return true;
  }

  /** A round trip was measured on the link. */
  void rtt(String node, long nanos);
}
