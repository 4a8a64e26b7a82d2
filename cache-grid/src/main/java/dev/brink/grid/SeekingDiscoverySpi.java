package dev.brink.grid;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.ignite.spi.IgniteSpiException;
import org.apache.ignite.spi.IgniteSpiOperationTimeoutException;
import org.apache.ignite.spi.IgniteSpiOperationTimeoutHelper;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ignite's discovery, which asks for the addresses to join when it needs them and each time anew,
 * and whose start can be given up while it waits for another node's answer.
 */
final class SeekingDiscoverySpi extends TcpDiscoverySpi {
  private static final Logger log = LoggerFactory.getLogger(SeekingDiscoverySpi.class);

  private final AddressSource addresses;
  private final Set<Socket> opened = ConcurrentHashMap.newKeySet();
  private volatile boolean abandoned;

  /** Says whom to join; may wait. */
  @FunctionalInterface
  interface AddressSource {
    List<InetSocketAddress> seek() throws InterruptedException;
  }

  SeekingDiscoverySpi(AddressSource addresses) {
    this.addresses = addresses;
  }

  /**
   * Gives the start up: an answer that is waited for does not come, for which Ignite, heedless of
   * interrupts, waits until its failure detection timeout, with its ports bound.
   */
  void abandon() {
    abandoned = true;
    opened.forEach(SeekingDiscoverySpi::close);
  }

  @Override
  protected Collection<InetSocketAddress> resolvedAddresses() {
    checkWanted();
    try {
      return List.copyOf(addresses.seek());
    } catch (GridException e) {
      throw new IgniteSpiException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IgniteSpiException("interrupted while looking for other nodes", e);
    }
  }

  @Override
  protected Socket openSocket(
      Socket socket, InetSocketAddress address, IgniteSpiOperationTimeoutHelper timeouts)
      throws IOException, IgniteSpiOperationTimeoutException {
    opened.removeIf(Socket::isClosed);
    opened.add(socket);
    if (abandoned) {
      close(socket);
    }
    checkWanted();
    return super.openSocket(socket, address, timeouts);
  }

  private void checkWanted() {
    if (abandoned) {
      throw new IgniteSpiException("the start was given up");
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("a socket did not close", e);
    }
  }
}
