package dev.brink.mesh.link;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
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
   * Reads PEM files.
   *
   * @param certificate the chain, from the leaf on
   * @param key PKCS#8, not encrypted
   * @param ca the authorities whose certificates are accepted
   * @throws IOException when they cannot be read or do not fit together
   */
  public static MeshTls of(Path certificate, Path key, Path ca) throws IOException {
    try {
      SslContext server =
          SslContextBuilder.forServer(certificate.toFile(), key.toFile())
              .sslProvider(SslProvider.JDK)
              .trustManager(ca.toFile())
              .clientAuth(ClientAuth.REQUIRE)
              .protocols(PROTOCOLS)
              .build();
      SslContext client =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              .keyManager(certificate.toFile(), key.toFile())
              .trustManager(ca.toFile())
              .endpointIdentificationAlgorithm(null)
              .protocols(PROTOCOLS)
              .build();
      return new MeshTls(server, client, ((JdkSslContext) server).context());
    } catch (SSLException | IllegalArgumentException e) {
      throw new IOException(
          "tls: "
              + certificate
              + ", "
              + key
              + ", "
              + ca
              + " (expected: a PEM chain, its PKCS#8 key and the authority): "
              + e.getMessage(),
          e);
    }
  }
}
