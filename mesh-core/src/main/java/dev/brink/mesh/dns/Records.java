package dev.brink.mesh.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsSection;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/** Resource records as bytes. */
final class Records {
  /** IANA's number for HINFO, which Netty has no constant for. */
  static final DnsRecordType HINFO = new DnsRecordType(13, "HINFO");

  private static final int HEADER_BYTES = 12;
  private static final int QUESTION_BYTES = 4;
  private static final int RECORD_BYTES = 10;
  private static final int REFRESH_SECONDS = 3_600;
  private static final int RETRY_SECONDS = 600;
  private static final int EXPIRE_SECONDS = 604_800;

  /** An A or AAAA record. */
  static DnsRecord address(String name, long ttlSeconds, InetAddress address) {
    DnsRecordType type = address instanceof Inet4Address ? DnsRecordType.A : DnsRecordType.AAAA;
    return new DefaultDnsRawRecord(
        name, type, ttlSeconds, Unpooled.wrappedBuffer(address.getAddress()));
  }

  static DnsRecord nameServer(String zone, long ttlSeconds, String server) {
    ByteBuf data = Unpooled.buffer();
    name(data, server);
    return new DefaultDnsRawRecord(zone, DnsRecordType.NS, ttlSeconds, data);
  }

  /**
   * The zone's start of authority.
   *
   * @param ttlSeconds also how long a negative answer may be kept
   */
  static DnsRecord authority(String zone, long ttlSeconds, String server, int serial) {
    ByteBuf data = Unpooled.buffer();
    name(data, server);
    name(data, "hostmaster." + zone);
    data.writeInt(serial)
        .writeInt(REFRESH_SECONDS)
        .writeInt(RETRY_SECONDS)
        .writeInt(EXPIRE_SECONDS)
        .writeInt((int) ttlSeconds);
    return new DefaultDnsRawRecord(zone, DnsRecordType.SOA, ttlSeconds, data);
  }

  /** What a query for everything gets (RFC 8482). */
  static DnsRecord notEverything(String name, long ttlSeconds) {
    byte[] text = "RFC8482".getBytes(StandardCharsets.US_ASCII);
    ByteBuf data = Unpooled.buffer().writeByte(text.length).writeBytes(text).writeByte(0);
    return new DefaultDnsRawRecord(name, HINFO, ttlSeconds, data);
  }

  private static void name(ByteBuf into, String name) {
    for (String label : name.substring(0, name.length() - 1).split("\\.", -1)) {
      into.writeByte(label.length()).writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    into.writeByte(0);
  }

  /** How long a response is on the wire, names written out in full. */
  static int size(DnsResponse response) {
    int bytes = HEADER_BYTES;
    for (DnsSection section : DnsSection.values()) {
      for (int i = 0; i < response.count(section); i++) {
        DnsRecord record = response.recordAt(section, i);
        bytes += record.name().equals(".") ? 1 : record.name().length() + 1;
        bytes +=
            record instanceof DnsRawRecord raw
                ? RECORD_BYTES + raw.content().readableBytes()
                : QUESTION_BYTES;
      }
    }
    return bytes;
  }

  private Records() {}
}
