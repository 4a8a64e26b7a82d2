package dev.brink.mesh.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsSection;
import org.jspecify.annotations.Nullable;

/**
 * What the OPT record of a query says (RFC 6891).
 *
 * @param udpBytes the largest answer it takes over UDP
 * @param version of EDNS; only 0 is defined
 * @param flags echoed: whether DNSSEC records are welcome
 * @param subnet for whom it asks, if it says so
 */
record Edns(int udpBytes, int version, int flags, @Nullable ClientSubnet subnet) {
  /** What travels everywhere without fragments, as resolvers agreed in 2020. */
  static final int UDP_BYTES = 1232;

  private static final int FLAG_DNSSEC_OK = 0x8000;
  private static final int OPTION_HEAD_BYTES = 4;

  /**
   * The query's OPT record.
   *
   * @return {@code null} when it has none
   * @throws MalformedQueryException when it has several, or one that is not well-formed
   */
  static @Nullable Edns of(DnsQuery query) throws MalformedQueryException {
    Edns found = null;
    for (int i = 0; i < query.count(DnsSection.ADDITIONAL); i++) {
      DnsRecord record = query.recordAt(DnsSection.ADDITIONAL, i);
      if (record.type().equals(DnsRecordType.OPT)) {
        if (found != null
            || !record.name().equals(".")
            || !(record instanceof DnsRawRecord options)) {
          throw new MalformedQueryException("OPT: several, or not at the root");
        }
        found = parse(options);
      }
    }
    return found;
  }

  private static Edns parse(DnsRawRecord record) throws MalformedQueryException {
    int flags = (int) record.timeToLive();
    ClientSubnet subnet = null;
    ByteBuf data = record.content().duplicate();
    while (data.isReadable()) {
      if (data.readableBytes() < OPTION_HEAD_BYTES) {
        throw new MalformedQueryException("OPT: ends within an option");
      }
      int code = data.readUnsignedShort();
      int length = data.readUnsignedShort();
      if (length > data.readableBytes()) {
        throw new MalformedQueryException("OPT: an option longer than the record");
      }
      ByteBuf option = data.readSlice(length);
      if (code == ClientSubnet.CODE) {
        if (subnet != null) {
          throw new MalformedQueryException("OPT: two client subnets");
        }
        subnet = ClientSubnet.parse(option);
      }
    }
    return new Edns(record.dnsClass(), (flags >> 16) & 0xff, flags & FLAG_DNSSEC_OK, subnet);
  }

  /**
   * The OPT record of the answer.
   *
   * @param extendedCode the upper 8 bits of the response code
   * @param scope for how many bits of a client's address the answer holds
   */
  DnsRecord answer(int extendedCode, int scope) {
    ByteBuf options = Unpooled.buffer();
    if (subnet != null) {
      subnet.write(options, scope);
    }
    long ttl = ((long) extendedCode << 24) | flags;
    return new DefaultDnsRawRecord(".", DnsRecordType.OPT, UDP_BYTES, ttl, options);
  }
}
