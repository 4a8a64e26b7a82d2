package dev.brink.mesh;

import dev.brink.mesh.config.MutualTls;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.config.TlsFiles;
import dev.brink.mesh.http.CertificateFiles;
import dev.brink.mesh.http.ServerTls;
import dev.brink.mesh.link.MeshTls;
import dev.brink.mesh.secret.SecretKeyFile;
import dev.brink.mesh.secret.SecretKeys;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is in the key files that a configuration names.
 *
 * @param mesh for links, grid and admin API; {@code null}: they are plain
 * @param ingress for clients; {@code null}: it is plain
 * @param secrets what functions' secrets are sealed with
 */
record NodeKeys(@Nullable MeshTls mesh, @Nullable SslContext ingress, SecretKeys secrets) {

  /**
   * Reads the files.
   *
   * @throws IOException when one cannot be read or used; says which option names it
   */
  static NodeKeys read(NodeConfig config) throws IOException {
    Path keyFile = config.secrets().keyFile();
    return new NodeKeys(
        mesh(config.tls()),
        ingress(config.ingress().tls()),
        keyFile == null ? SecretKeys.none() : SecretKeyFile.read(keyFile));
  }

  private static @Nullable MeshTls mesh(@Nullable MutualTls files) throws IOException {
    if (files == null) {
      return null;
    }
    new CertificateFiles("tls", files.certificate(), files.key()).check(Instant.now());
    CertificateFiles.requireReadable("tls.ca", files.ca());
    return MeshTls.of(files.certificate(), files.key(), files.ca());
  }

  private static @Nullable SslContext ingress(@Nullable TlsFiles files) throws IOException {
    if (files == null) {
      return null;
    }
    new CertificateFiles("ingress.tls", files.certificate(), files.key()).check(Instant.now());
    try {
      return ServerTls.fromPem(files.certificate(), files.key());
    } catch (IllegalArgumentException e) {
      throw new IOException("ingress." + e.getMessage(), e);
    }
  }
}
