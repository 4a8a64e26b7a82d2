package dev.brink.mesh.nearest;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * From networks to the regions they are in, as the operator says: what is believed of a client as
 * long as nobody has measured the way to it. The longest prefix that holds an address wins.
 * Immutable.
 */
public final class RegionTable {
  private static final int IPV4_BITS = 32;

  private final Map<Integer, Map<Network, String>> byLength;

  /** A network's bits, as many as its length says, the rest 0. */
  private record Network(int length, int bytes, long high, long low) {}

  private RegionTable(Map<Integer, Map<Network, String>> byLength) {
    this.byLength = byLength;
  }

  /** Knows nothing. */
  public static RegionTable empty() {
    return new RegionTable(Map.of());
  }

  /**
   * Reads lines such as {@code 203.0.113.0/24=eu-west} and {@code 2001:db8::/32=us-east}.
   *
   * @throws IllegalArgumentException naming the line that is not of that form
   */
  public static RegionTable parse(List<String> lines) {
    Map<Integer, Map<Network, String>> byLength = new TreeMap<>(Comparator.reverseOrder());
    for (String line : lines) {
      int slash = line.indexOf('/');
      int equals = line.indexOf('=');
      if (slash <= 0
          || equals < slash
          || equals == line.length() - 1
          || !line.substring(slash + 1, equals).matches("[0-9]{1,3}")) {
        throw bad(line);
      }
      byte[] address = literal(line, line.substring(0, slash));
      int length = Integer.parseInt(line.substring(slash + 1, equals));
      if (length > address.length * Byte.SIZE) {
        throw bad(line);
      }
      byLength
          .computeIfAbsent(length, ignored -> new HashMap<>())
          .put(network(address, length), line.substring(equals + 1));
    }
    return new RegionTable(byLength);
  }

  private static byte[] literal(String line, String address) {
    if (address.indexOf(':') < 0 && !address.matches("([0-9]{1,3}\\.){3}[0-9]{1,3}")) {
      throw bad(line);
    }
    try {
      return InetAddress.ofLiteral(address).getAddress();
    } catch (IllegalArgumentException _) {
      throw bad(line);
    }
  }

  private static IllegalArgumentException bad(String line) {
    return new IllegalArgumentException(
        "region: " + line + " (expected: NETWORK/LENGTH=REGION, such as 203.0.113.0/24=eu-west)");
  }

  private static Network network(byte[] address, int length) {
    byte[] bits = Arrays.copyOf(address, 16);
    for (int i = 0; i < bits.length; i++) {
      int left = Math.clamp(length - (long) i * Byte.SIZE, 0, Byte.SIZE);
      bits[i] &= (byte) (0xff00 >> left);
    }
    return new Network(length, address.length, number(bits, 0), number(bits, 8));
  }

  private static long number(byte[] bytes, int from) {
    long number = 0;
    for (int i = from; i < from + Long.BYTES; i++) {
      number = (number << Byte.SIZE) | (bytes[i] & 0xff);
    }
    return number;
  }

  /**
   * The region an address is in.
   *
   * @param bits how many bits of the address are known; the rest does not count
   * @return {@code null} when the table does not say
   */
  @Nullable String regionOf(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    for (Map.Entry<Integer, Map<Network, String>> length : byLength.entrySet()) {
      if (length.getKey() > Math.min(bits, bytes.length == 4 ? IPV4_BITS : 128)) {
        continue;
      }
      String region = length.getValue().get(network(bytes, length.getKey()));
      if (region != null) {
        return region;
      }
    }
    return null;
  }
}
