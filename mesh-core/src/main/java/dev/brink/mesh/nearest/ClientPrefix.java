package dev.brink.mesh.nearest;

import java.net.InetAddress;

/**
 * The network a client is in, as far as round trips are learned by it: the first 24 bits of an IPv4
 * address, the first 48 of an IPv6 one.
 *
 * @param packed the bits as a number; with bit 48 set for IPv6
 */
public record ClientPrefix(long packed) {
  /** Length of an IPv4 prefix. */
  public static final int LENGTH_4 = 24;

  /** Length of an IPv6 prefix. */
  public static final int LENGTH_6 = 48;

  private static final long SIX = 1L << LENGTH_6;
  private static final int IPV4_BYTES = 4;

  /** The prefix of an address. */
  public static ClientPrefix of(InetAddress address) {
    return of(address.getAddress());
  }

  /** The prefix of an address of 4 or 16 bytes. */
  static ClientPrefix of(byte[] address) {
    boolean four = address.length == IPV4_BYTES;
    long bits = 0;
    for (int i = 0; i < (four ? LENGTH_4 : LENGTH_6) / Byte.SIZE; i++) {
      bits = (bits << Byte.SIZE) | (address[i] & 0xff);
    }
    return new ClientPrefix(four ? bits : bits | SIX);
  }

  /** Whether it is of IPv6. */
  boolean six() {
    return (packed & SIX) != 0;
  }

  /** In CIDR notation. */
  @Override
  public String toString() {
    return six()
        ? "%x:%x:%x::/48"
            .formatted((packed >> 32) & 0xffff, (packed >> 16) & 0xffff, packed & 0xffff)
        : "%d.%d.%d.0/24".formatted((packed >> 16) & 0xff, (packed >> 8) & 0xff, packed & 0xff);
  }
}
