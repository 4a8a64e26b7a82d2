package dev.brink.mesh.nearest;

import java.net.InetAddress;

/**
 * Who is to be sent to the nearest ingress.
 *
 * @param address its address, or that of its resolver
 * @param bits how many bits of it are known; the rest does not count
 */
public record Client(InetAddress address, int bits) {
  /** A client whose whole address is known. */
  public static Client of(InetAddress address) {
    return new Client(address, address.getAddress().length * Byte.SIZE);
  }

  /** Whether enough is known of it to tell its network. */
  boolean hasPrefix() {
    return bits
        >= (address.getAddress().length == 4 ? ClientPrefix.LENGTH_4 : ClientPrefix.LENGTH_6);
  }
}
