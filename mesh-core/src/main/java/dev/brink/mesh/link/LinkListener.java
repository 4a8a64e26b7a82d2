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

  /** A round trip was measured on the link. */
  void rtt(String node, long nanos);
}
