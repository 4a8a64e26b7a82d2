package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.http.CertificateFiles;
import dev.brink.mesh.link.MeshTls;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that trust each other by the mesh's own authority. */
class MeshTlsTest {
  private static final String HELLO =
      "export default { fetch() { return new Response('hello'); } }";

  @TempDir static Path directory;
  private static Files mesh;
  private static Files strangers;

  /** A node's certificate and key, and the authority that vouches for it. */
  private record Files(Path certificate, Path key, Path ca) {
    static Files make() throws Exception {
      X509Bundle ca =
          new CertificateBuilder()
              .subject("CN=authority")
              .setIsCertificateAuthority(true)
              .buildSelfSigned();
      X509Bundle node = new CertificateBuilder().subject("CN=node").buildIssuedBy(ca);
      return new Files(
          node.toTempCertChainPem().toPath(),
          node.toTempPrivateKeyPem().toPath(),
          ca.toTempCertChainPem().toPath());
    }
  }

  @BeforeAll
  static void certificates() throws Exception {
    mesh = Files.make();
    strangers = Files.make();
  }

  private static MeshNode start(String name, List<HostPort> seeds) throws IOException {
    return MeshNode.builder()
        .name(name)
        .dataDirectory(directory.resolve(name))
        .ephemeralPorts()
        .configure(
            config ->
                config
                    .grid(
                        grid ->
                            grid.seeds(seeds)
                                .preset(GridConfig.Preset.LAN)
                                .startTimeout(Duration.ofMinutes(2)))
                    .tlsCertificate(mesh.certificate)
                    .tlsKey(mesh.key)
                    .tlsCa(mesh.ca))
        .start();
  }

  @Test
  void nodesWithCertificatesAreOneMeshAndStrangersAreNotLetIn() throws Exception {
    try (MeshNode first = start("n0", List.of());
        MeshNode second =
            start("n1", List.of(HostPort.parse("127.0.0.1:" + first.discoveryPort())))) {
      assertThat(first.adminUri()).hasScheme("https");
      TestMesh.until(
          () ->
              first.mesh().nodes().stream().filter(node -> node.state().equals("live")).count()
                  == 2);
      DeployResult result = first.deployments().deploy(FunctionSpec.of("hello", HELLO, "/hello"));
      assertThat(result.nodes())
          .hasSize(2)
          .allMatch(node -> node.status() == DeployResult.Status.READY);
      try (TestMesh client = TestMesh.start(directory.resolve("none"), 0)) {
        assertThat(client.get(second, "/hello").body()).isEqualTo("hello");
      }
      HostPort link = HostPort.parse(first.linkAddress());
      assertThat(firstByte(mesh, link)).isNotNegative();
      assertThatThrownBy(() -> firstByte(strangers, link)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aNodeSaysWhoseCertificateItRefusesAndWhy() throws Exception {
    Files stranger = new Files(strangers.certificate, strangers.key, mesh.ca);
    try (CapturedLog log = CapturedLog.of("dev.brink.mesh.link.ExplainedTrust");
        MeshNode node = start("alone", List.of())) {
      HostPort discovery = HostPort.parse("127.0.0.1:" + node.discoveryPort());
      assertThatThrownBy(() -> firstByte(stranger, discovery)).isInstanceOf(IOException.class);
      assertThat(log.next().getFormattedMessage())
          .matches(
              "TLS: refused the certificate of 127.0.0.1:[0-9]+, \"CN=node\": PKIX .*"
                  + " \\(expected: one that is valid now and that tls.ca vouches for\\)");
      HostPort link = HostPort.parse(node.linkAddress());
      assertThatThrownBy(() -> firstByte(stranger, link)).isInstanceOf(IOException.class);
      assertThat(log.events()).hasSize(1);
    }
  }

  /** What a link server says first to whoever shows this certificate: its HTTP/2 settings. */
  private static int firstByte(Files files, HostPort to) throws IOException {
    MeshTls tls =
        MeshTls.of(
            new CertificateFiles("tls", files.certificate, files.key).read(),
            CertificateFiles.certificates("tls.ca", files.ca));
    try (SSLSocket socket =
        (SSLSocket) tls.java().getSocketFactory().createSocket(to.host(), to.port())) {
      socket.setSoTimeout(30_000);
      socket.startHandshake();
      InputStream in = socket.getInputStream();
      return in.read();
    }
  }
}
