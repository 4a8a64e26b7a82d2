package dev.brink.exec.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.brink.exec.web.WebUrl;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundPolicyTest {
  private final OutboundPolicy policy = OutboundPolicy.publicOnly();

  /** As functions may spell them: the URL's parser makes an address of each. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://0x7F.0x0.0x0.0x1/",
        "http://0177.0.0.1/",
        "http://017700000001/",
        "http://00000000177.0.0.1/",
        "http://127.0.0.1./",
        "http://%31%32%37.0.0.1/",
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://user@127.0.0.1/",
        "http://127.255.255.254/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://100.64.0.1/",
        "http://100.100.100.200/",
        "http://168.63.129.16/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://172.16.0.1/",
        "http://172.31.255.255/",
        "http://192.0.0.192/",
        "http://192.168.1.1/",
        "http://198.18.0.1/",
        "http://224.0.0.1/",
        "http://239.255.255.250/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[::127.0.0.1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::FFFF:a9fe:a9fe]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[64:ff9b::a9fe:a9fe]/",
        "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/",
        "http://[2002:a9fe:a9fe::1]/",
        "http://[2002:c0a8:0101::1]/",
        "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
        "http://[2001:db8::1]/",
        "http://[2606:4700::5efe:a00:1]/",
        "http://[fc00::1]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://[100::1]/",
        "http://[3fff::1]/",
      })
  void deniesSpecialAddressesHoweverTheyAreSpelled(String url) throws Exception {
    String host = hostOf(url);
    List<InetAddress> found = List.of(InetAddress.ofLiteral(host));
    assertThatThrownBy(() -> policy.permitted(host, 80, found))
        .isInstanceOf(OutboundException.class)
        .hasMessageContaining("not a public address");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://1.1.1.1/",
        "http://8.8.8.8:8080/",
        "http://0x08080808/",
        "http://172.32.0.1/",
        "http://100.128.0.1/",
        "http://[2606:4700:4700::1111]/",
        "http://[64:ff9b::8.8.8.8]/",
        "http://[2002:808:808::1]/",
        "http://[::ffff:8.8.8.8]/",
      })
  void permitsPublicAddresses(String url) throws Exception {
    List<InetAddress> found = List.of(InetAddress.ofLiteral(hostOf(url)));
    assertThat(policy.permitted(hostOf(url), 80, found)).isEqualTo(found);
  }

  @Test
  void judgesWhatANameStandsForAndKeepsThePublicOnes() throws Exception {
    InetAddress inside = InetAddress.ofLiteral("10.0.0.7");
    InetAddress outside = InetAddress.ofLiteral("93.184.216.34");
    assertThat(policy.permitted("rebind.example", 443, List.of(inside, outside)))
        .containsExactly(outside);
    assertThatThrownBy(() -> policy.permitted("rebind.example", 443, List.of(inside)))
        .hasMessage("fetch: rebind.example is not a public address");
  }

  @Test
  void deniesPortsOfOtherProtocolsAndOfTheMesh() {
    OutboundPolicy mesh =
        OutboundPolicy.builder().denyPorts(List.of(7400, 9090, 47100, 47500)).build();
    for (int port : List.of(25, 22, 6667, 7400, 9090, 47500)) {
      assertThatThrownBy(() -> mesh.checkPort("public.example", port))
          .hasMessage("fetch: port " + port + " is not allowed");
    }
    assertThat(catchThrowable(() -> mesh.checkPort("public.example", 8443))).isNull();
  }

  @Test
  void allowsWhatTheSettingsName() throws Exception {
    OutboundPolicy some =
        OutboundPolicy.builder()
            .open(false)
            .allow(
                List.of(
                    OutboundTarget.parse("intranet.example:8443"),
                    OutboundTarget.parse("127.0.0.1"),
                    OutboundTarget.parse("[::1]:25")))
            .build();
    InetAddress inside = InetAddress.ofLiteral("10.0.0.7");
    assertThat(some.permitted("Intranet.Example", 8443, List.of(inside))).containsExactly(inside);
    assertThatThrownBy(() -> some.permitted("intranet.example", 443, List.of(inside)))
        .isInstanceOf(OutboundException.class);
    assertThat(catchThrowable(() -> some.checkPort("127.0.0.1", 9999))).isNull();
    assertThat(catchThrowable(() -> some.checkPort("::1", 25))).isNull();
    assertThatThrownBy(() -> some.checkPort("example.com", 443))
        .hasMessageContaining("not allowed");
  }

  @Test
  void anAddressIsAllowedHoweverItIsWritten() throws Exception {
    OutboundPolicy some =
        OutboundPolicy.builder()
            .allow(
                List.of(
                    OutboundTarget.parse("[FD00:0:0::7]:8443"),
                    OutboundTarget.parse("0:0:0:0:0:0:0:1")))
            .build();
    InetAddress inside = InetAddress.ofLiteral("fd00::7");
    assertThat(some.permitted("fd00::7", 8443, List.of(inside))).containsExactly(inside);
    assertThat(some.permitted("six.example", 8443, List.of(inside))).containsExactly(inside);
    InetAddress here = InetAddress.ofLiteral("::1");
    assertThat(some.permitted(hostOf("http://[0:0::1]/"), 80, List.of(here))).containsExactly(here);
    assertThatThrownBy(() -> some.permitted("six.example", 443, List.of(inside)))
        .isInstanceOf(OutboundException.class);
  }

  @Test
  void targetsAreWrittenAsTheyAreRead() {
    for (String text : List.of("a.example", "a.example:80", "[::1]:443", "10.0.0.1:8080")) {
      assertThat(OutboundTarget.parse(text)).hasToString(text);
    }
    assertThat(OutboundTarget.parse("a:*").port()).isZero();
    for (String text : List.of("", ":80", "a:0", "a:65536", "a:x", "a:b:c", "[::g]:80")) {
      assertThatThrownBy(() -> OutboundTarget.parse(text))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** The host that a URL has for the Web, without brackets. */
  private static String hostOf(String url) {
    WebUrl parsed = Objects.requireNonNull(WebUrl.parse(url, null), url);
    String host = parsed.lines().split("\n", -1)[4];
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
