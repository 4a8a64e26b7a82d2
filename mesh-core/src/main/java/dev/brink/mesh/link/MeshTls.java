package dev.brink.mesh.link;

import dev.brink.mesh.http.CertifiedKey;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/**
 * Mutual TLS between nodes: both sides show a certificate, and whoever has one of the authority is
 * a node. Names in certificates are not compared with addresses: the authority is the mesh's own.
 *
 * @param server for links that arrive
 * @param client for links to others
 * @param java the same for Ignite's sockets
 */
public record MeshTls(SslContext server, SslContext client, SSLContext java) {
  private static final String[] PROTOCOLS = {"TLSv1.3"};

  /**
   * For a node.
   *
   * @param certified what the node shows
   * @param authorities whose certificates are accepted
   * @throws IOException when TLS cannot be spoken with them
   */
  public static MeshTls of(CertifiedKey certified, List<X509Certificate> authorities)
      throws IOException {
    try {
      ExplainedTrust trust = ExplainedTrust.in(authorities);
      SslContext server =
          SslContextBuilder.forServer(certified.key(), certified.chain())
              .sslProvider(SslProvider.JDK)
              .trustManager(trust)
              .clientAuth(ClientAuth.REQUIRE)
              .protocols(PROTOCOLS)
              .build();
      SslContext client =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .keyManager(certified.key(), certified.chain())
              .trustManager(trust)
              .endpointIdentificationAlgorithm(null)
              .protocols(PROTOCOLS)
              .build();
      return new MeshTls(server, client, ((JdkSslContext) server).context());
    } catch (GeneralSecurityException | SSLException | IllegalArgumentException e) {
      throw new IOException(
          certified
              + " cannot be used (expected: a chain, its key and the authority for TLS): "
              + e.getMessage(),
          e);
    }
  }
}
