package dev.brink.grid;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports of one node. The beacon's UDP socket is bound from here on and so keeps the discovery
 * port for this node, also while Ignite is restarted.
 *
 * @param beacon bound to the discovery port
 */
record Ports(DatagramSocket beacon, int discovery, int communication) {
  private static final Logger log = LoggerFactory.getLogger(Ports.class);

  /** Below the range that systems commonly take the ports of outgoing connections from. */
  private static final int FIRST_FREE = 20_000;

  private static final int LAST_FREE = 32_000;
  private static final int ATTEMPTS = 1000;

  /**
   * Goes round from anywhere: a port that was found free is bound only later, by Ignite, and must
   * not be found a second time until then, by this node or another one of this process.
   */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST_FREE, LAST_FREE));

  private static final Duration PAUSE = Duration.ofMillis(50);

  /** After which the log says that a port is waited for. */
  private static final Duration TELL = Duration.ofSeconds(1);

  /** A process that ends gives its ports back within this time. */
  private static final Duration OTHERS_WAIT = Duration.ofSeconds(3);

  /** Takes the ports, any free one where 0 is given. */
  static Ports take(String host, int discovery, int communication) {
    return take("discoveryPort", host, discovery, communication);
  }

  /**
   * As {@link #take(String, int, int)}.
   *
   * @param what the discovery port's name in the error
   */
  static Ports take(String what, String host, int discovery, int communication) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (IOException e) {
      throw new GridException(
          "bindAddress: " + host + " (expected: an address of this machine)", e);
    }
    DatagramSocket beacon = takeBeacon(what, address, discovery);
    try {
      int found = communication == 0 ? find(address, beacon.getLocalPort()) : communication;
      return new Ports(beacon, beacon.getLocalPort(), found);
    } catch (RuntimeException e) {
      beacon.close();
      throw e;
    }
  }

  private static DatagramSocket takeBeacon(String what, InetAddress address, int wanted) {
    int attempts = wanted == 0 ? ATTEMPTS : 1;
    IOException last = new IOException("none tried");
    for (int i = 0; i < attempts; i++) {
      int port = wanted == 0 ? following() : wanted;
      try {
        DatagramSocket socket = new DatagramSocket(new InetSocketAddress(address, port));
        IOException taken = tryOut(address, port);
        if (taken == null) {
          return socket;
        }
        socket.close();
        last = taken;
      } catch (IOException e) {
        last = e;
      }
    }
    throw new PortTakenException(
        what, new InetSocketAddress(address.getHostAddress(), wanted), last);
  }

  private static int find(InetAddress address, int not) {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = following();
      if (port != not && tryOut(address, port) == null) {
        return port;
      }
    }
    throw new GridException(
        "communicationPort: 0 (expected: some port to be free at "
            + address.getHostAddress()
            + ")");
  }

  /** How long a start waits for ports that others have, who may be about to end. */
  static Duration othersWait(Duration startTimeout) {
    Duration half = startTimeout.dividedBy(2);
    return half.compareTo(OTHERS_WAIT) < 0 ? half : OTHERS_WAIT;
  }

  /**
   * Waits until a port can be bound.
   *
   * @param what the port's name in the error
   * @param endNanos until when
   * @throws PortTakenException when it can't be until then
   */
  static void awaitFree(String what, String host, int port, long endNanos)
      throws InterruptedException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    long tellNanos = System.nanoTime() + TELL.toNanos();
    for (IOException taken; (taken = tryOut(address.getAddress(), port)) != null; ) {
      long now = System.nanoTime();
      if (now - endNanos > 0) {
        throw new PortTakenException(what, address, taken);
      }
      if (now - tellNanos > 0) {
        log.warn("{}: {} is waited for: {}", what, address, taken.getMessage());
        tellNanos = endNanos;
      }
      Thread.sleep(PAUSE);
    }
  }

  /** Why a port can't be bound; {@code null}: it can. */
  private static @Nullable IOException tryOut(InetAddress address, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(address, port), 1);
      return null;
    } catch (IOException e) {
      return e;
    }
  }

  private static int following() {
    return NEXT.getAndUpdate(port -> port + 1 < LAST_FREE ? port + 1 : FIRST_FREE);
  }
}
