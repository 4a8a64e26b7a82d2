package dev.brink.mesh;

import dev.brink.mesh.config.MutualTls;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.config.TlsFiles;
import dev.brink.mesh.http.CertificateFiles;
import dev.brink.mesh.http.CertifiedKey;
import dev.brink.mesh.http.ServerTls;
import dev.brink.mesh.link.MeshTls;
import dev.brink.mesh.secret.SecretKeyFile;
import dev.brink.mesh.secret.SecretKeys;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What is in the key files that a configuration names.
 *
 * @param mesh for links, grid and admin API; {@code null}: they are plain
 * @param ingress for clients; {@code null}: it is plain
 * @param secrets what functions' secrets are sealed with
 * @param certificates of the node, by what they are for: {@code mesh}, {@code ingress}
 */
record NodeKeys(
    @Nullable MeshTls mesh,
    @Nullable SslContext ingress,
    SecretKeys secrets,
    Map<String, CertifiedKey> certificates) {

  /**
   * Reads the files. A certificate for clients that has expired is used: one that is refused by
   * some is better than no node after a restart.
   *
   * @throws IOException when one cannot be read or used; says which option names it
   */
  static NodeKeys read(NodeConfig config) throws IOException {
    Map<String, CertifiedKey> certificates = new TreeMap<>();
    MeshTls mesh = null;
    MutualTls meshFiles = config.tls();
    if (meshFiles != null) {
      CertifiedKey key =
          new CertificateFiles("tls", meshFiles.certificate(), meshFiles.key()).read();
      Optional<String> invalid = key.invalid(Instant.now());
      if (invalid.isPresent()) {
        throw new IOException(invalid.get());
      }
      mesh = MeshTls.of(key, CertificateFiles.certificates("tls.ca", meshFiles.ca()));
      certificates.put("mesh", key);
    }
    SslContext ingress = null;
    TlsFiles ingressFiles = config.ingress().tls();
    if (ingressFiles != null) {
      CertifiedKey key =
          new CertificateFiles("ingress.tls", ingressFiles.certificate(), ingressFiles.key())
              .read();
      ingress = ServerTls.of(key);
      certificates.put("ingress", key);
    }
    Path keyFile = config.secrets().keyFile();
    return new NodeKeys(
        mesh,
        ingress,
        keyFile == null ? SecretKeys.none() : SecretKeyFile.read(keyFile),
        certificates);
  }

  /** Tells in time when one of the certificates ends. */
  CertificateExpiry expiry() {
    return new CertificateExpiry(certificates, InstantSource.system());
  }
}
