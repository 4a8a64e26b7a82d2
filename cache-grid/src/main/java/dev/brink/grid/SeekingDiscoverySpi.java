package dev.brink.grid;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import org.apache.ignite.spi.IgniteSpiException;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;

/**
 * Ignite's discovery, which asks for the addresses to join when it needs them and each time anew.
 */
final class SeekingDiscoverySpi extends TcpDiscoverySpi {
  private final Seeker seeker;

  SeekingDiscoverySpi(Seeker seeker) {
    this.seeker = seeker;
  }

  @Override
  protected Collection<InetSocketAddress> resolvedAddresses() {
    try {
      return List.copyOf(seeker.seek());
    } catch (GridException e) {
      throw new IgniteSpiException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IgniteSpiException("interrupted while looking for other nodes", e);
    }
  }
}
