package dev.brink.mesh.dns;

import dev.brink.mesh.nearest.Client;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The option by which a resolver says for whose network it asks (RFC 7871).
 *
 * @param family 1 for IPv4, 2 for IPv6, 0 for none
 * @param bits how many bits of the address are told
 * @param client {@code null} when nothing is told
 */
record ClientSubnet(int family, int bits, @Nullable Client client) {
  static final int CODE = 8;

  private static final int HEAD_BYTES = 4;

  /**
   * Reads the option's data.
   *
   * @throws MalformedQueryException unless it is exactly as the RFC says
   */
  static ClientSubnet parse(ByteBuf data) throws MalformedQueryException {
    if (data.readableBytes() < HEAD_BYTES) {
      throw new MalformedQueryException("client subnet: too short");
    }
    int family = data.readUnsignedShort();
    int bits = data.readUnsignedByte();
    int scope = data.readUnsignedByte();
    int most =
        switch (family) {
          case 0 -> 0;
          case 1 -> 32;
          case 2 -> 128;
          default -> -1;
        };
    if (bits > most || scope != 0 || data.readableBytes() != bytes(bits)) {
      throw new MalformedQueryException("client subnet: family, length or scope");
    }
    byte[] told = new byte[data.readableBytes()];
    data.readBytes(told);
    if (bits % Byte.SIZE != 0 && (told[told.length - 1] & (0xff >> (bits % Byte.SIZE))) != 0) {
      throw new MalformedQueryException("client subnet: bits beyond its length");
    }
    return new ClientSubnet(
        family, bits, bits == 0 ? null : new Client(address(told, most / Byte.SIZE), bits));
  }

  private static int bytes(int bits) {
    return (bits + Byte.SIZE - 1) / Byte.SIZE;
  }

  private static InetAddress address(byte[] told, int length) throws MalformedQueryException {
    try {
      return InetAddress.getByAddress(Arrays.copyOf(told, length));
    } catch (UnknownHostException e) {
      throw new MalformedQueryException("client subnet: " + e.getMessage());
    }
  }

  /**
   * Writes the option, code and length included, into an answer.
   *
   * @param scope for how many bits of a client's address the answer holds
   */
  void write(ByteBuf into, int scope) {
    int length = bytes(bits);
    into.writeShort(CODE).writeShort(HEAD_BYTES + length);
    into.writeShort(family).writeByte(bits).writeByte(scope);
    if (client != null) {
      into.writeBytes(client.address().getAddress(), 0, length);
    }
  }
}
