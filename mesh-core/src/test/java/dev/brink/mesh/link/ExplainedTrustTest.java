package dev.brink.mesh.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.CapturedLog;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever asks, and whatever it says of the peer, a refusal is explained. */
class ExplainedTrustTest {
  private static final String KEY_TYPE = "EC";

  /** The ways to ask it. */
  enum Way {
    CLIENT("a node") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkClientTrusted(chain, KEY_TYPE);
      }
    },
    SERVER("a node") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkServerTrusted(chain, KEY_TYPE);
      }
    },
    CLIENT_BEHIND_A_SOCKET("a node") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkClientTrusted(chain, KEY_TYPE, new Socket());
      }
    },
    SERVER_BEHIND_A_SOCKET("a node") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkServerTrusted(chain, KEY_TYPE, new Socket());
      }
    },
    CLIENT_BEHIND_AN_ENGINE("192.0.2.1:7400") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkClientTrusted(chain, KEY_TYPE, engine());
      }
    },
    SERVER_BEHIND_AN_ENGINE("192.0.2.1:7400") {
      @Override
      void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception {
        trust.checkServerTrusted(chain, KEY_TYPE, engine());
      }
    };

    private final String peer;

    Way(String peer) {
      this.peer = peer;
    }

    abstract void ask(ExplainedTrust trust, X509Certificate[] chain) throws Exception;

    private static SSLEngine engine() throws Exception {
      return SSLContext.getDefault().createSSLEngine("192.0.2.1", 7400);
    }
  }

  private static X509Bundle authority(String name) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static ExplainedTrust trustIn(X509Bundle authority) throws Exception {
    return ExplainedTrust.in(List.of(authority.getCertificate()));
  }

  @ParameterizedTest
  @EnumSource
  void whomNoAuthorityVouchesForIsRefusedWithTheReasonInTheLog(Way way) throws Exception {
    X509Bundle own = authority("own");
    X509Certificate[] stranger =
        new CertificateBuilder()
            .subject("CN=stranger")
            .buildIssuedBy(authority("other"))
            .getCertificatePath();
    try (CapturedLog log = CapturedLog.of(ExplainedTrust.class)) {
      assertThatThrownBy(() -> way.ask(trustIn(own), stranger))
          .isInstanceOf(CertificateException.class);
      assertThat(log.lines())
          .singleElement()
          .asString()
          .startsWith("TLS: refused the certificate of " + way.peer + ", \"CN=stranger\": ")
          .endsWith("(expected: one that is valid now and that tls.ca vouches for)");
    }
  }
}
