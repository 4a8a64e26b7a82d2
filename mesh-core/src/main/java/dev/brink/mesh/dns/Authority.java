package dev.brink.mesh.dns;

import dev.brink.mesh.nearest.Client;
import dev.brink.mesh.nearest.IngressNode;
import dev.brink.mesh.nearest.NearestIngress;
import io.netty.handler.codec.dns.DnsOpCode;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries for one zone, and refuses all others. The addresses of names that stand for the
 * mesh are those of the ingresses nearest to the client: to the network the resolver names, or to
 * the resolver. Thread-safe.
 */
final class Authority {
  private static final int CLASS_IN = 1;
  private static final int PLAIN_UDP_BYTES = 512;
  private static final int BADVERS_UPPER_BITS = 1;
  private static final int MAX_ADDRESSES = 16;
  private static final long NEGATIVE_TTL_SECONDS = 60;

  private final DnsZone zone;
  private final NearestIngress nearest;
  private final String firstServer;
  private final int serial;

  /**
   * For one zone.
   *
   * @param serial of its SOA record
   */
  Authority(DnsZone zone, NearestIngress nearest, int serial) {
    this.zone = zone;
    this.nearest = nearest;
    this.serial = serial;
    this.firstServer = zone.nameServers().keySet().stream().findFirst().orElse(zone.apex());
  }

  /**
   * Fills in a response.
   *
   * @param datagram whether it goes into one, and must not be too long for that
   */
  void answer(DnsQuery query, InetAddress sender, boolean datagram, DnsResponse response) {
    response.setRecursionDesired(query.isRecursionDesired()).setOpCode(query.opCode());
    if (!query.opCode().equals(DnsOpCode.QUERY)) {
      response.setCode(DnsResponseCode.NOTIMP);
      return;
    }
    if (query.count(DnsSection.QUESTION) != 1
        || query.count(DnsSection.ANSWER) != 0
        || query.count(DnsSection.AUTHORITY) != 0
        || !(query.recordAt(DnsSection.QUESTION) instanceof DnsQuestion question)) {
      response.setCode(DnsResponseCode.FORMERR);
      return;
    }
    response.addRecord(DnsSection.QUESTION, question);
    Edns edns;
    try {
      edns = Edns.of(query);
    } catch (MalformedQueryException e) {
      response.setCode(DnsResponseCode.FORMERR);
      return;
    }
    if (edns != null && edns.version() != 0) {
      response.addRecord(DnsSection.ADDITIONAL, edns.answer(BADVERS_UPPER_BITS, 0));
      return;
    }
    int scope = answer(question, sender, edns, response);
    DnsRecord opt = edns == null ? null : edns.answer(0, scope);
    if (opt != null) {
      response.addRecord(DnsSection.ADDITIONAL, opt);
    }
    int limit = edns == null ? PLAIN_UDP_BYTES : udpLimit(edns);
    if (datagram && Records.size(response) > limit) {
      truncate(response, opt);
    }
  }

  private static int udpLimit(Edns edns) {
    return Math.clamp(edns.udpBytes(), PLAIN_UDP_BYTES, Edns.UDP_BYTES);
  }

  private static void truncate(DnsResponse response, @Nullable DnsRecord opt) {
    response.clear(DnsSection.ANSWER).clear(DnsSection.AUTHORITY);
    for (int i = response.count(DnsSection.ADDITIONAL) - 1; i >= 0; i--) {
      if (!response.recordAt(DnsSection.ADDITIONAL, i).equals(opt)) {
        response.removeRecord(DnsSection.ADDITIONAL, i);
      }
    }
    response.setTruncated(true);
  }

  /** Fills in all but the OPT record; returns for how many bits of the client it holds. */
  private int answer(
      DnsQuestion question, InetAddress sender, @Nullable Edns edns, DnsResponse response) {
    String name = question.name().toLowerCase(Locale.ROOT);
    DnsRecordType type = question.type();
    boolean transfer = type.equals(DnsRecordType.AXFR) || type.equals(DnsRecordType.IXFR);
    if (question.dnsClass() != CLASS_IN || !zone.holds(name) || transfer) {
      response.setCode(DnsResponseCode.REFUSED);
      return 0;
    }
    response.setAuthoritativeAnswer(true);
    if (!zone.exists(name)) {
      response.setCode(DnsResponseCode.NXDOMAIN);
      negative(response);
      return 0;
    }
    if (type.equals(DnsRecordType.ANY)) {
      response.addRecord(DnsSection.ANSWER, Records.notEverything(question.name(), ttlSeconds()));
      return 0;
    }
    boolean address = type.equals(DnsRecordType.A) || type.equals(DnsRecordType.AAAA);
    if (address && !zone.nameServers().containsKey(name) && zone.servesMesh(name)) {
      return ingresses(question, client(sender, edns), response);
    }
    if (address) {
      addresses(question, zone.nameServers().getOrDefault(name, List.of()), response);
    } else if (name.equals(zone.apex()) && type.equals(DnsRecordType.NS)) {
      nameServers(response);
    } else if (name.equals(zone.apex()) && type.equals(DnsRecordType.SOA)) {
      response.addRecord(DnsSection.ANSWER, authority(ttlSeconds()));
    }
    if (response.count(DnsSection.ANSWER) == 0) {
      negative(response);
    }
    return 0;
  }

  /** Nobody, where the resolver says that its client does not want to be known. */
  private static Optional<Client> client(InetAddress sender, @Nullable Edns edns) {
    if (edns == null || edns.subnet() == null) {
      return Optional.of(Client.of(sender));
    }
    return Optional.ofNullable(edns.subnet().client());
  }

  private int ingresses(DnsQuestion question, Optional<Client> client, DnsResponse response) {
    Client asker = client.orElse(new Client(InetAddress.getLoopbackAddress(), 0));
    List<IngressNode> chosen =
        nearest.rank(
            asker,
            ingress -> ingress.addresses().stream().anyMatch(a -> fits(a, question.type())),
            zone.answers());
    for (IngressNode ingress : chosen) {
      addresses(question, ingress.addresses(), response);
    }
    if (response.count(DnsSection.ANSWER) == 0) {
      negative(response);
    }
    return client.isEmpty() ? 0 : asker.address() instanceof Inet4Address ? 24 : 48;
  }

  private void addresses(DnsQuestion question, List<InetAddress> all, DnsResponse response) {
    for (InetAddress address : all) {
      if (fits(address, question.type()) && response.count(DnsSection.ANSWER) < MAX_ADDRESSES) {
        response.addRecord(
            DnsSection.ANSWER, Records.address(question.name(), ttlSeconds(), address));
      }
    }
  }

  private static boolean fits(InetAddress address, DnsRecordType type) {
    return type.equals(DnsRecordType.A)
        ? address instanceof Inet4Address
        : address instanceof Inet6Address;
  }

  private void nameServers(DnsResponse response) {
    zone.nameServers()
        .forEach(
            (server, addresses) -> {
              response.addRecord(
                  DnsSection.ANSWER, Records.nameServer(zone.apex(), ttlSeconds(), server));
              addresses.forEach(
                  address ->
                      response.addRecord(
                          DnsSection.ADDITIONAL, Records.address(server, ttlSeconds(), address)));
            });
  }

  private void negative(DnsResponse response) {
    response.addRecord(
        DnsSection.AUTHORITY, authority(Math.min(ttlSeconds(), NEGATIVE_TTL_SECONDS)));
  }

  private DnsRecord authority(long ttlSeconds) {
    return Records.authority(zone.apex(), ttlSeconds, firstServer, serial);
  }

  private long ttlSeconds() {
    return zone.ttl().toSeconds();
  }
}
