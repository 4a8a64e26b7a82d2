package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.brink.mesh.http.CertificateFiles;
import dev.brink.mesh.http.CertifiedKey;
import dev.brink.mesh.metrics.NodeMetrics;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people hear of certificates before it is too late, and after. */
class CertificateExpiryTest {
  @TempDir Path directory;
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
  private Instant time = now;

  private CertificateBuilder until(String subject, Duration left) {
    return new CertificateBuilder()
        .subject("CN=" + subject)
        .notBefore(now.minus(Duration.ofDays(400)))
        .notAfter(now.plus(left));
  }

  private X509Bundle site(Duration left) throws Exception {
    return until("site", left).setIsCertificateAuthority(true).buildSelfSigned();
  }

  private static CertificateFiles files(X509Bundle bundle) throws Exception {
    return new CertificateFiles(
        "ingress.tls", bundle.toTempCertChainPem().toPath(), bundle.toTempPrivateKeyPem().toPath());
  }

  @Test
  void warnsFromFourteenDaysBeforeTheEndOn() throws Exception {
    CertifiedKey key = files(site(Duration.ofDays(20))).read();
    try (CapturedLog log = CapturedLog.of(CertificateExpiry.class);
        NodeMetrics metrics = new NodeMetrics()) {
      var days = new EmbeddedChannel();
      days.freezeTime();
      ScheduledFuture<?> looks =
          new CertificateExpiry(Map.of("ingress", key), () -> time)
              .start(metrics, days.eventLoop());
      assertThat(log.lines()).isEmpty();
      assertThat(metrics.scrape())
          .containsPattern(
              "brink_certificate_expiry_timestamp_seconds\\{use=\"ingress\"\\} [0-9.E]+");

      time = now.plus(Duration.ofDays(7));
      aDayPasses(days);
      time = now.plus(Duration.ofDays(21));
      aDayPasses(days);
      assertThat(looks.cancel(false)).isTrue();
      aDayPasses(days);

      String ends = key.ends().toString();
      assertThat(log.lines())
          .containsExactly(
              "ingress.tls.certificate: %s is valid only until %s (expected: a newer one, and a restart of the node, by then)"
                  .formatted(key.file(), ends),
              "ingress.tls.certificate: %s has expired, at %s (expected: one that is valid now)"
                  .formatted(key.file(), ends));
    }
  }

  private static void aDayPasses(EmbeddedChannel days) {
    days.advanceTimeBy(1, TimeUnit.DAYS);
    days.runScheduledPendingTasks();
  }

  @Test
  void theFirstOfTheChainThatEndsCounts() throws Exception {
    X509Bundle root =
        until("root", Duration.ofDays(900)).setIsCertificateAuthority(true).buildSelfSigned();
    X509Bundle authority =
        until("authority", Duration.ofDays(9)).setIsCertificateAuthority(true).buildIssuedBy(root);
    CertifiedKey key = files(until("site", Duration.ofDays(90)).buildIssuedBy(authority)).read();

    assertThat(key.chain()).hasSize(2);
    assertThat(key.ends()).isEqualTo(now.plus(Duration.ofDays(9)));
    assertThat(key.warning(now, CertificateExpiry.AHEAD)).isPresent();
    assertThat(key.invalid(now)).isEmpty();
  }

  @Test
  void aNodeWhoseIngressCertificateHasExpiredStartsAndServes() throws Exception {
    CertificateFiles site = files(site(Duration.ofHours(-1)));
    try (CapturedLog log = CapturedLog.of("dev.brink.mesh");
        TestMesh mesh =
            TestMesh.start(
                directory,
                1,
                (_, config) ->
                    config.ingress(
                        ingress ->
                            ingress.tlsCertificate(site.certificate()).tlsKey(site.key())))) {
      MeshNode node = mesh.node(0);

      assertThat(log.events())
          .filteredOn(event -> event.getLevel() == Level.WARN)
          .extracting(ILoggingEvent::getFormattedMessage)
          .anySatisfy(
              line ->
                  assertThat(line)
                      .startsWith("ingress.tls.certificate: " + site.certificate())
                      .contains(" has expired, at " + now.minus(Duration.ofHours(1))));
      try (SSLSocket socket =
          (SSLSocket)
              anybody().getSocketFactory().createSocket("127.0.0.1", node.ingressUri().getPort())) {
        socket.setSoTimeout(30_000);
        socket.startHandshake();
      }
      HttpRequest metrics =
          HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
              .header("authorization", "Bearer " + node.adminToken())
              .build();
      assertThat(mesh.client().send(metrics, HttpResponse.BodyHandlers.ofString()).body())
          .contains("brink_certificate_expiry_timestamp_seconds{use=\"ingress\"}");
    }
  }

  /** A client that accepts all. */
  private static SSLContext anybody() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    return context;
  }
}
