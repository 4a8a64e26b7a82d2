package dev.brink.mesh.http;

import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import javax.net.ssl.SSLException;

/** How a server proves who it is. */
public final class ServerTls {
  private ServerTls() {}

  /**
   * TLS 1.3 and 1.2 with HTTP/2 and HTTP/1.1, from PEM files.
   *
   * @param certificateChain the server's certificate, then the ones that vouch for it
   * @param privateKey PKCS #8, without a passphrase
   * @throws IllegalArgumentException when the files can't be read or don't belong together
   */
  public static SslContext fromPem(Path certificateChain, Path privateKey) {
    try {
      return SslContextBuilder.forServer(certificateChain.toFile(), privateKey.toFile())
          .protocols("TLSv1.3", "TLSv1.2")
          .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  ApplicationProtocolNames.HTTP_2,
                  ApplicationProtocolNames.HTTP_1_1))
          .build();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "tls: %s, %s (expected: a PEM certificate chain and its PKCS #8 key): %s"
              .formatted(certificateChain, privateKey, e.getMessage()),
          e);
    }
  }
}
