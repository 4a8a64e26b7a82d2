package dev.brink.mesh.http;

import java.net.InetAddress;

/** Hears how far away clients are. Called on event loops: must be quick and must not throw. */
@FunctionalInterface
public interface RoundTripListener {
  /** A connection was accepted, and its handshake took this round trip. */
  void measured(InetAddress client, long nanos);
}
