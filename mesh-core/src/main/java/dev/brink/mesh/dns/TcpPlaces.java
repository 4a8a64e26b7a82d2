package dev.brink.mesh.dns;

import dev.brink.mesh.nearest.ClientPrefix;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The places for TCP connections (RFC 7766, section 6.2): a bounded number, of which one network
 * has a share. For a new connection the one longest without a query gives way, so that nobody holds
 * the places shut by being idle. Thread-safe.
 */
final class TcpPlaces {
  private static final int PLACES = 256;
  private static final int SHARE = 64;

  /** Each connection's network; the one longest without a query first. */
  private final Map<Channel, Long> taken = new LinkedHashMap<>(PLACES, 0.75f, true);

  /**
   * Gives a connection a place, until it is closed.
   *
   * @return whether another was closed for it
   */
  boolean take(Channel connection, InetAddress client) {
    long network = ClientPrefix.of(client).packed();
    Channel idle = null;
    synchronized (this) {
      if (Collections.frequency(taken.values(), network) >= SHARE) {
        idle = longestIdle(network);
      } else if (taken.size() >= PLACES) {
        idle = longestIdle(null);
      }
      if (idle != null) {
        taken.remove(idle);
      }
      taken.put(connection, network);
    }
    connection.closeFuture().addListener((ChannelFuture closed) -> leave(connection));
    if (idle == null) {
      return false;
    }
    var _ = idle.close();
    return true;
  }

  /** The connection has asked something. */
  synchronized void asked(Channel connection) {
    var _ = taken.get(connection);
  }

  private synchronized void leave(Channel connection) {
    taken.remove(connection);
  }

  private @Nullable Channel longestIdle(@Nullable Long network) {
    for (Map.Entry<Channel, Long> each : taken.entrySet()) {
      if (network == null || network.equals(each.getValue())) {
        return each.getKey();
      }
    }
    return null;
  }
}
