package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFilesTest {
  @TempDir Path folder;

  @Test
  void chainAndKeyMayBeInOneFile() throws Exception {
    X509Bundle bundle =
        new CertificateBuilder()
            .subject("CN=site")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path both =
        Files.writeString(
            folder.resolve("both.pem"),
            "of the site\n" + bundle.getPrivateKeyPEM() + bundle.getCertificatePathPEM());

    CertifiedKey read = new CertificateFiles("tls", both, both).read();

    assertThat(read.chain()).containsExactly(bundle.getCertificate());
    assertThat(read.key()).isEqualTo(bundle.getKeyPair().getPrivate());
    assertThat(read).hasToString("tls.certificate: " + both);
  }

  @Test
  void saysWhichFileIsWrong() throws Exception {
    Path missing = folder.resolve("missing.pem");
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");
    Path broken =
        Files.writeString(
            folder.resolve("broken.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

    assertThatThrownBy(() -> CertificateFiles.certificates("tls.ca", missing))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("tls.ca: " + missing + " cannot be read");
    assertThatThrownBy(() -> CertificateFiles.certificates("tls.ca", empty))
        .isInstanceOf(IOException.class)
        .hasMessage("tls.ca: " + empty + " has no certificate (expected: a PEM chain)");
    assertThatThrownBy(() -> CertificateFiles.certificates("tls.ca", broken))
        .isInstanceOf(IOException.class)
        .hasMessage("tls.ca: " + broken + " has no certificate (expected: a PEM chain)");
  }
}
