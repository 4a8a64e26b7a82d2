package dev.brink.mesh.dns;

import static dev.brink.mesh.dns.DnsWire.A;
import static dev.brink.mesh.dns.DnsWire.AAAA;
import static dev.brink.mesh.dns.DnsWire.ANY;
import static dev.brink.mesh.dns.DnsWire.AXFR;
import static dev.brink.mesh.dns.DnsWire.HINFO;
import static dev.brink.mesh.dns.DnsWire.NS;
import static dev.brink.mesh.dns.DnsWire.OPT;
import static dev.brink.mesh.dns.DnsWire.SOA;
import static dev.brink.mesh.dns.DnsWire.TXT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.dns.DnsWire.Answer;
import dev.brink.mesh.dns.DnsWire.Query;
import dev.brink.mesh.dns.DnsWire.Rr;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.nearest.ClientRtts;
import dev.brink.mesh.nearest.IngressNode;
import dev.brink.mesh.nearest.IngressUrl;
import dev.brink.mesh.nearest.NearestIngress;
import dev.brink.mesh.nearest.RegionTable;
import dev.brink.mesh.nearest.SharedRtts;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The responder over real sockets. */
class DnsServerTest {
  private static final int NOERROR = 0;
  private static final int FORMERR = 1;
  private static final int NXDOMAIN = 3;
  private static final int NOTIMP = 4;
  private static final int REFUSED = 5;

  private final EventLoops loops = EventLoops.create(1, "test-dns");
  private final ClientRtts measured = new ClientRtts();
  private final DnsCounts counts = new DnsCounts();
  private final SharedRtts shared = new SharedRtts("a", measured, InstantSource.system());
  private volatile List<IngressNode> healthy =
      List.of(
          ingress("a", true, "eu", "192.0.2.1", "2001:db8::1"),
          ingress("b", false, "us", "192.0.2.2"),
          ingress("c", false, "asia", "192.0.2.3"));
  private DnsServer server;

  private static IngressNode ingress(
      String node, boolean self, String region, String... addresses) {
    return new IngressNode(
        node,
        self,
        region,
        Arrays.stream(addresses).map(InetAddress::ofLiteral).toList(),
        IngressUrl.of(URI.create("http://" + addresses[0])),
        self ? 0 : 80_000_000);
  }

  @BeforeEach
  void start() throws IOException {
    server = start(Set.of("@", "www"), 10_000);
  }

  private DnsServer start(Set<String> names, int perSecond) throws IOException {
    var zone =
        new DnsZone(
            "edge.example.com",
            names,
            Map.of(
                "ns1.edge.example.com",
                List.of(InetAddress.ofLiteral("192.0.2.53")),
                "ns.elsewhere.example",
                List.of()),
            Duration.ofSeconds(20),
            1);
    var regions =
        RegionTable.parse(
            List.of(
                "203.0.113.0/24=us",
                "198.51.100.0/24=asia",
                "10.0.0.0/8=us",
                "2001:db8:5::/48=us"));
    return DnsServer.start(
        loops,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        zone,
        new NearestIngress(shared, regions, () -> healthy),
        perSecond,
        counts);
  }

  @AfterEach
  void stop() {
    server.close();
    shared.close();
    loops.close();
  }

  private Answer ask(Query query) throws IOException {
    Answer overUdp = DnsWire.udp(server.address(), query.bytes());
    Answer overTcp = DnsWire.tcp(server.address(), query.bytes());
    assertThat(overTcp.flags()).isEqualTo(overUdp.flags());
    assertThat(overTcp.answers()).hasSameSizeAs(overUdp.answers());
    assertThat(overUdp.id()).isEqualTo(0x1234);
    return overUdp;
  }

  @Test
  void answersWithTheIngressOfTheClientsRegion() throws Exception {
    Answer us = ask(Query.of("www.edge.example.com", A).subnet(1, 24, 0, 203, 0, 113));
    Answer asia = ask(Query.of("www.edge.example.com", A).subnet(1, 24, 0, 198, 51, 100));

    assertThat(us.code()).isEqualTo(NOERROR);
    assertThat(us.authoritative()).isTrue();
    assertThat(us.addresses()).containsExactly("192.0.2.2");
    assertThat(us.answers().getFirst().ttl()).isEqualTo(20);
    assertThat(asia.addresses()).containsExactly("192.0.2.3");
  }

  @Test
  void answersWithTheIngressThatIsMeasuredToBeNearest() throws Exception {
    measured.measured(InetAddress.ofLiteral("203.0.113.77"), 2_000_000, System.nanoTime());

    Answer answer = ask(Query.of("edge.example.com", A).subnet(1, 24, 0, 203, 0, 113));

    assertThat(answer.addresses()).containsExactly("192.0.2.1");
  }

  @Test
  void withoutASubnetTheResolverCountsAsTheClient() throws Exception {
    assertThat(ask(Query.of("edge.example.com", A)).addresses()).containsExactly("192.0.2.1");
    assertThat(ask(Query.of("edge.example.com", AAAA)).addresses())
        .containsExactly("2001:db8:0:0:0:0:0:1");
  }

  @Test
  void leavesOutWhoIsNotHealthy() throws Exception {
    healthy = healthy.subList(0, 1);

    assertThat(ask(Query.of("edge.example.com", A).subnet(1, 24, 0, 203, 0, 113)).addresses())
        .containsExactly("192.0.2.1");
  }

  @Test
  void echoesTheSubnetWithTheScopeTheAnswerHoldsFor() throws Exception {
    Answer four = ask(Query.of("edge.example.com", A).subnet(1, 20, 0, 10, 1, 0x10));
    Answer six = ask(Query.of("edge.example.com", A).subnet(2, 48, 0, 0x20, 1, 0x0d, 0xb8, 0, 5));
    Answer negative = ask(Query.of("no.edge.example.com", A).subnet(1, 24, 0, 10, 1, 2));

    assertThat(option(four)).containsExactly(0, 8, 0, 7, 0, 1, 20, 24, 10, 1, 0x10);
    assertThat(option(six)).containsExactly(0, 8, 0, 10, 0, 2, 48, 48, 0x20, 1, 0x0d, 0xb8, 0, 5);
    assertThat(six.addresses()).containsExactly("192.0.2.2");
    assertThat(option(negative)).containsExactly(0, 8, 0, 7, 0, 1, 24, 0, 10, 1, 2);
  }

  @Test
  void aClientThatWantsToStayUnknownIsAnsweredWithScopeZero() throws Exception {
    Answer answer = ask(Query.of("edge.example.com", A).subnet(1, 0, 0));

    assertThat(answer.addresses()).hasSize(1);
    assertThat(option(answer)).containsExactly(0, 8, 0, 4, 0, 1, 0, 0);
  }

  private static int[] option(Answer answer) {
    Rr opt = answer.additional().getFirst();
    assertThat(opt.type()).isEqualTo(OPT);
    assertThat(opt.rrClass()).isEqualTo(1232);
    int[] parts = new int[opt.data().length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = opt.data()[i] & 0xff;
    }
    return parts;
  }

  @Test
  void refusesASubnetThatIsNotAsTheRfcSays() throws Exception {
    List<Query> bad =
        List.of(
            Query.of("edge.example.com", A).subnet(1, 33, 0, 1, 2, 3, 4, 5),
            Query.of("edge.example.com", A).subnet(1, 24, 0, 1, 2, 3, 4),
            Query.of("edge.example.com", A).subnet(1, 24, 0, 1, 2),
            Query.of("edge.example.com", A).subnet(1, 20, 0, 1, 2, 0x1f),
            Query.of("edge.example.com", A).subnet(1, 24, 24, 1, 2, 3),
            Query.of("edge.example.com", A).subnet(3, 8, 0, 1),
            Query.of("edge.example.com", A).edns(0, (byte) 0, (byte) 8, (byte) 0),
            Query.of("edge.example.com", A).edns(0, (byte) 0, (byte) 8, (byte) 0, (byte) 9));
    for (Query query : bad) {
      assertThat(ask(query).code()).isEqualTo(FORMERR);
    }
  }

  @Test
  void knowsNoOtherVersionOfEdns() throws Exception {
    Answer answer = ask(Query.of("edge.example.com", A).edns(1));

    assertThat(answer.additional().getFirst().ttl() >> 24).isEqualTo(1);
    assertThat(answer.answers()).isEmpty();
  }

  @Test
  void tellsTheZonesServersAndItsStartOfAuthority() throws Exception {
    Answer servers = ask(Query.of("edge.example.com", NS));
    Answer authority = ask(Query.of("edge.example.com", SOA));
    Answer address = ask(Query.of("ns1.edge.example.com", A));

    assertThat(servers.answers())
        .extracting(rr -> DnsWire.name(ByteBuffer.wrap(rr.data())))
        .containsExactlyInAnyOrder("ns1.edge.example.com.", "ns.elsewhere.example.");
    assertThat(servers.additional()).extracting(Rr::name).containsExactly("ns1.edge.example.com.");
    ByteBuffer soa = ByteBuffer.wrap(authority.answers().getFirst().data());
    assertThat(DnsWire.name(soa)).isEqualTo("ns.elsewhere.example.");
    assertThat(DnsWire.name(soa)).isEqualTo("hostmaster.edge.example.com.");
    assertThat(soa.remaining()).isEqualTo(20);
    assertThat(address.addresses()).containsExactly("192.0.2.53");
  }

  @Test
  void saysWhatThereIsNot() throws Exception {
    Answer noName = ask(Query.of("no.edge.example.com", A));
    Answer noData = ask(Query.of("www.edge.example.com", TXT));
    Answer noSix = ask(Query.of("ns1.edge.example.com", AAAA));

    assertThat(noName.code()).isEqualTo(NXDOMAIN);
    for (Answer answer : List.of(noName, noData, noSix)) {
      assertThat(answer.authoritative()).isTrue();
      assertThat(answer.answers()).isEmpty();
      assertThat(answer.authority()).extracting(Rr::type).containsExactly(SOA);
    }
    assertThat(noData.code()).isEqualTo(NOERROR);
    assertThat(noSix.code()).isEqualTo(NOERROR);
  }

  @Test
  void refusesWhatIsNotItsOwn() throws Exception {
    assertThat(ask(Query.of("example.com", A)).code()).isEqualTo(REFUSED);
    assertThat(ask(Query.of("notedge.example.com", A)).code()).isEqualTo(REFUSED);
    assertThat(ask(Query.of("edge.example.com", AXFR)).code()).isEqualTo(REFUSED);
    assertThat(ask(Query.of("edge.example.com", A).questionClass(3)).code()).isEqualTo(REFUSED);
    assertThat(ask(Query.of(".", NS)).answers()).isEmpty();
    assertThat(counts.refusedTotal()).isEqualTo(10);
    assertThat(DnsWire.udp(server.address(), Query.of("\u0001.edge.example.com", A).bytes()).code())
        .as("no host name")
        .isEqualTo(REFUSED);
  }

  @Test
  void givesNotEverythingToWhoAsksForEverything() throws Exception {
    assertThat(ask(Query.of("edge.example.com", ANY)).answers())
        .extracting(Rr::type)
        .containsExactly(HINFO);
  }

  @Test
  void keepsTheCaseOfTheQuestion() throws Exception {
    Answer answer = ask(Query.of("wWw.EdGe.ExAmPlE.cOm", A));

    assertThat(answer.question()).isEqualTo("wWw.EdGe.ExAmPlE.cOm.");
    assertThat(answer.answers().getFirst().name()).isEqualTo("wWw.EdGe.ExAmPlE.cOm.");
  }

  @Test
  void doesOnlyQueries() throws Exception {
    assertThat(ask(Query.of("edge.example.com", A).flags(0x2800)).code()).isEqualTo(NOTIMP);
    assertThat(
            DnsWire.udp(server.address(), Query.of("edge.example.com", A).questions(2).bytes())
                .code())
        .isEqualTo(FORMERR);
  }

  @Test
  void answersManyQueriesOnOneConnection() throws Exception {
    try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      socket.setSoTimeout(10_000);
      for (int i = 0; i < 50; i++) {
        assertThat(DnsWire.tcp(socket, Query.of("edge.example.com", A).id(i).bytes()).id())
            .isEqualTo(i);
      }
    }
  }

  @Test
  void idleConnectionsOfOneNetworkDoNotKeepOthersOut() throws Exception {
    byte[] query = Query.of("edge.example.com", A).bytes();
    List<Socket> idle = new ArrayList<>();
    try (Socket other = connect("127.0.1.1")) {
      assertThat(DnsWire.tcp(other, query).answers()).hasSize(1);
      for (int i = 0; i < 300; i++) {
        idle.add(connect("127.0.0.1"));
      }
      assertThat(DnsWire.tcp(idle.getLast(), query).answers()).hasSize(1);
      assertThat(DnsWire.tcp(other, query).answers()).hasSize(1);
      try (Socket late = connect("127.0.1.1")) {
        assertThat(DnsWire.tcp(late, query).answers()).hasSize(1);
      }
      assertThat(idle.getFirst().getInputStream().read()).as("the longest idle").isEqualTo(-1);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }

  private Socket connect(String from) throws IOException {
    InetSocketAddress to = server.address();
    var socket = new Socket(to.getAddress(), to.getPort(), InetAddress.ofLiteral(from), 0);
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void anAnswerThatIsTooLongForADatagramAsksForTcp() throws Exception {
    healthy =
        List.of(
            ingress(
                "a",
                true,
                "eu",
                IntStream.range(1, 17).mapToObj(i -> "192.0.2." + i).toArray(String[]::new)));
    String name = "x".repeat(60) + ".y".repeat(20) + ".edge.example.com";
    server.close();
    server = start(Set.of("*"), 10_000);

    Answer overUdp = DnsWire.udp(server.address(), Query.of(name, A).bytes());
    Answer overTcp = DnsWire.tcp(server.address(), Query.of(name, A).bytes());

    assertThat(overUdp.truncated()).isTrue();
    assertThat(overUdp.answers()).isEmpty();
    assertThat(overUdp.bytes()).isLessThanOrEqualTo(512);
    assertThat(overTcp.truncated()).isFalse();
    assertThat(overTcp.answers()).hasSize(16);
  }

  @Test
  void beyondItsRateANetworkIsSentNoMoreThanItSent() throws Exception {
    server.close();
    server = start(Set.of("@"), 1);
    byte[] query = Query.of("edge.example.com", A).bytes();
    int sent = 100;
    List<Integer> flags = new ArrayList<>();
    int bytes = 0;
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(1_000);
      for (int i = 0; i < sent; i++) {
        socket.send(new DatagramPacket(query, query.length, server.address()));
      }
      long end = System.nanoTime() + 20_000_000_000L;
      while (counts.limitedTotal() <= 90 && System.nanoTime() - end < 0) {
        Thread.sleep(1);
      }
      while (true) {
        var packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        flags.add(ByteBuffer.wrap(packet.getData()).getShort(2) & 0xffff);
        bytes += packet.getLength();
      }
    } catch (SocketTimeoutException _) {
      // All that was sent has arrived.
    }

    assertThat(flags).filteredOn(flag -> (flag & 0x0200) == 0).hasSizeBetween(1, 5);
    assertThat(flags).filteredOn(flag -> (flag & 0x0200) != 0).isNotEmpty();
    assertThat(bytes).isLessThan(sent * query.length);
    assertThat(counts.limitedTotal()).isGreaterThan(90);
    assertThat(DnsWire.tcp(server.address(), query).answers()).hasSize(1);
  }

  @Test
  void survivesWhateverIsSentToIt() throws Exception {
    Random random = new Random(4);
    byte[] good = Query.of("www.edge.example.com", A).subnet(1, 24, 0, 203, 0, 113).bytes();
    try (var socket = new DatagramSocket()) {
      for (int i = 0; i < 4_000; i++) {
        byte[] packet = good.clone();
        switch (i % 4) {
          case 0 -> {
            packet = new byte[random.nextInt(600)];
            random.nextBytes(packet);
          }
          case 1 -> packet = Arrays.copyOf(good, random.nextInt(good.length));
          case 2 -> packet = Arrays.copyOf(good, good.length + random.nextInt(1_500));
          default -> {
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
              packet[random.nextInt(packet.length)] ^= (byte) (1 << random.nextInt(8));
            }
          }
        }
        socket.send(new DatagramPacket(packet, packet.length, server.address()));
        if (i % 20 == 0) {
          assertThat(DnsWire.udp(server.address(), good).code()).isEqualTo(NOERROR);
        }
      }
    }
    for (int i = 0; i < 200; i++) {
      try (var socket = new Socket(server.address().getAddress(), server.address().getPort())) {
        byte[] noise = new byte[random.nextInt(400)];
        random.nextBytes(noise);
        socket.getOutputStream().write(noise);
      }
    }
    assertThat(ask(Query.of("www.edge.example.com", A)).code()).isEqualTo(NOERROR);
  }

  @Test
  void sendsNothingToWhoSendsAnAnswer() throws Exception {
    byte[] answer = Query.of("edge.example.com", A).flags(0x8400).bytes();
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.send(new DatagramPacket(answer, answer.length, server.address()));
      byte[] query = Query.of("edge.example.com", A).id(7).bytes();
      socket.send(new DatagramPacket(query, query.length, server.address()));
      var first = new DatagramPacket(new byte[2048], 2048);
      socket.receive(first);
      assertThat(ByteBuffer.wrap(first.getData()).getShort()).isEqualTo((short) 7);
    }
    assertThat(counts.droppedTotal()).isEqualTo(1);
  }
}
