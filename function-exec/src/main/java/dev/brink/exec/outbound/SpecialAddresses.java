package dev.brink.exec.outbound;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/**
 * The addresses that are not just anybody's on the Internet: IANA's registries of special-purpose
 * addresses (RFC 6890) and the clouds' metadata services. An IPv6 address that carries an IPv4 one
 * is judged by what it carries; one that is mapped is an IPv4 address for Java already.
 */
final class SpecialAddresses {
  private static final List<Range> V4 =
      List.of(
          Range.of("0.0.0.0", 8),
          Range.of("10.0.0.0", 8),
          Range.of("100.64.0.0", 10),
          Range.of("127.0.0.0", 8),
          Range.of("168.63.129.16", 32),
          Range.of("169.254.0.0", 16),
          Range.of("172.16.0.0", 12),
          Range.of("192.0.0.0", 24),
          Range.of("192.0.2.0", 24),
          Range.of("192.88.99.0", 24),
          Range.of("192.168.0.0", 16),
          Range.of("198.18.0.0", 15),
          Range.of("198.51.100.0", 24),
          Range.of("203.0.113.0", 24),
          Range.of("224.0.0.0", 4),
          Range.of("240.0.0.0", 4));

  /** All that is not global unicast, {@code 2000::/3}, and the special parts of that. */
  private static final Range GLOBAL_V6 = Range.of("2000::", 3);

  private static final List<Range> V6 =
      List.of(Range.of("2001::", 23), Range.of("2001:db8::", 32), Range.of("3fff::", 20));

  private static final Range NAT64 = Range.of("64:ff9b::", 96);
  private static final Range SIX_TO_FOUR = Range.of("2002::", 16);

  static boolean contain(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address) {
      return anyContains(V4, bytes);
    }
    if (NAT64.contains(bytes) || isIsatap(bytes)) {
      return containsCarried(bytes, 12);
    }
    if (SIX_TO_FOUR.contains(bytes)) {
      return containsCarried(bytes, 2);
    }
    return !GLOBAL_V6.contains(bytes) || anyContains(V6, bytes);
  }

  private static boolean containsCarried(byte[] bytes, int from) {
    return anyContains(V4, Arrays.copyOfRange(bytes, from, from + 4));
  }

  /** RFC 5214: the interface identifier says that an IPv4 address follows. */
  private static boolean isIsatap(byte[] bytes) {
    return GLOBAL_V6.contains(bytes)
        && (bytes[8] & 0xfd) == 0
        && bytes[9] == 0
        && bytes[10] == 0x5e
        && (bytes[11] & 0xff) == 0xfe;
  }

  private static boolean anyContains(List<Range> ranges, byte[] address) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Addresses with the same first bits. */
  private static final class Range {
    private final byte[] start;
    private final int bits;

    private Range(byte[] start, int bits) {
      this.start = start;
      this.bits = bits;
    }

    static Range of(String start, int bits) {
      return new Range(InetAddress.ofLiteral(start).getAddress(), bits);
    }

    boolean contains(byte[] address) {
      if (address.length != start.length) {
        return false;
      }
      for (int i = 0; i < bits; i += 8) {
        int mask = bits - i >= 8 ? 0xff : (0xff << (8 - (bits - i))) & 0xff;
        if (((address[i / 8] ^ start[i / 8]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }
  }

  private SpecialAddresses() {}
}
