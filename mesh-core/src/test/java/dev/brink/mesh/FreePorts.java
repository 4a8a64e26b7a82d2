package dev.brink.mesh;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of the loopback address for nodes that start later, or again. They are below the range that
 * systems commonly take ports of outgoing connections from, of which any connection that begins
 * meanwhile may have one, and below the one that grids take theirs from.
 */
final class FreePorts {
  private static final int FIRST = 10_000;
  private static final int END = 20_000;

  private FreePorts() {}

  /** Free when asked for; another process may take one, which then fails the test by its name. */
  static List<Integer> of(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      while (sockets.size() < count) {
        int port = ThreadLocalRandom.current().nextInt(FIRST, END);
        try {
          sockets.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
        } catch (BindException _) {
          // Taken; there are others.
        }
      }
      return sockets.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : sockets) {
        socket.close();
      }
    }
  }
}
