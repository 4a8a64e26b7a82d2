package dev.brink.mesh.link;

import dev.brink.grid.Throttle;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trusts whom authorities vouch for, and logs whom it does not trust and why, which those who ask
 * it keep to themselves: Ignite takes a refused certificate for a missing one. Thread-safe.
 */
final class ExplainedTrust extends X509ExtendedTrustManager {
  private static final Logger LOG = LoggerFactory.getLogger(ExplainedTrust.class);
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** Of what a stranger has written. */
  private static final int MAX_CHARS = 200;

  /** A peer of which nothing is said. */
  private static final String UNKNOWN = "a node";

  private final X509ExtendedTrustManager trust;
  private final Throttle lines = new Throttle(PERIOD);

  private ExplainedTrust(X509ExtendedTrustManager trust) {
    this.trust = trust;
  }

  static ExplainedTrust in(List<X509Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (X509Certificate authority : authorities) {
      store.setCertificateEntry("authority-" + store.size(), authority);
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager one : factory.getTrustManagers()) {
      if (one instanceof X509ExtendedTrustManager trust) {
        return new ExplainedTrust(trust);
      }
    }
    throw new GeneralSecurityException("this JVM has nothing that trusts X.509 certificates");
  }

  /** What the authorities say of a certificate. */
  @FunctionalInterface
  private interface Check {
    void run() throws CertificateException;
  }

  private void explained(X509Certificate[] chain, Supplier<String> peer, Check check)
      throws CertificateException {
    try {
      check.run();
    } catch (CertificateException e) {
      if (lines.permits()) {
        LOG.warn(
            "TLS: refused the certificate of {}, \"{}\": {} (expected: one that is valid now and"
                + " that tls.ca vouches for)",
            peer.get(),
            bounded(chain[0].getSubjectX500Principal().getName()),
            bounded(String.valueOf(e.getMessage())));
      }
      throw e;
    }
  }

  private static String bounded(String text) {
    String cut = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "...";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }

  private static String peer(Socket socket) {
    return socket.getRemoteSocketAddress() instanceof InetSocketAddress
        ? peer(socket.getInetAddress().getHostAddress(), socket.getPort())
        : UNKNOWN;
  }

  private static String peer(@Nullable String host, int port) {
    return host == null ? UNKNOWN : host + ":" + port;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    explained(chain, () -> UNKNOWN, () -> trust.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    explained(chain, () -> UNKNOWN, () -> trust.checkServerTrusted(chain, authType));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    explained(chain, () -> peer(socket), () -> trust.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    explained(chain, () -> peer(socket), () -> trust.checkServerTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explained(
        chain,
        () -> peer(engine.getPeerHost(), engine.getPeerPort()),
        () -> trust.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    explained(
        chain,
        () -> peer(engine.getPeerHost(), engine.getPeerPort()),
        () -> trust.checkServerTrusted(chain, authType, engine));
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return trust.getAcceptedIssuers();
  }
}
