package dev.brink.mesh;

import dev.brink.grid.Lasting;
import dev.brink.mesh.http.CertifiedKey;
import dev.brink.mesh.metrics.NodeMetrics;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in time that a certificate of the node ends: at its start and once a day, and as a metric.
 */
final class CertificateExpiry {
  static final Duration AHEAD = Duration.ofDays(14);

  private static final Logger LOG = LoggerFactory.getLogger(CertificateExpiry.class);

  private final Map<String, CertifiedKey> certificates;
  private final InstantSource clock;
  private final Lasting lasting = new Lasting(LOG, "expiry of certificates: unexpected");

  /**
   * Watches nothing before {@link #start}.
   *
   * @param certificates what each is used for, and which it is
   */
  CertificateExpiry(Map<String, CertifiedKey> certificates, InstantSource clock) {
    this.certificates = certificates;
    this.clock = clock;
  }

  /**
   * Looks now, and once a day until what it returns is cancelled.
   *
   * @param thread may be one that must not wait
   */
  ScheduledFuture<?> start(NodeMetrics metrics, ScheduledExecutorService thread) {
    certificates.forEach(
        (use, certificate) ->
            metrics.gauge(
                "brink.certificate.expiry.timestamp.seconds",
                "When a certificate of the node ends",
                "use",
                use,
                () -> certificate.ends().getEpochSecond()));
    look();
    return thread.scheduleAtFixedRate(lasting.of(this::look), 1, 1, TimeUnit.DAYS);
  }

  /** What is to be said of them now. */
  List<String> warnings() {
    return certificates.values().stream()
        .flatMap(one -> one.warning(clock.instant(), AHEAD).stream())
        .toList();
  }

  private void look() {
    warnings().forEach(LOG::warn);
  }
}
