package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which mesh a command speaks to, and with which token. */
final class MeshOptions {
  private static final long MAX_TOKEN_BYTES = 4096;

  @Option(
      names = "--admin",
      paramLabel = "URI",
      description =
          "A node's admin port; given several times, the next is tried when one is gone. Default:"
              + " http://127.0.0.1:9090.")
  private List<URI> admin = List.of(URI.create("http://127.0.0.1:9090"));

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description = "The admin token. Others can see a command line: prefer a file.")
  private @Nullable String token;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the admin token. Without either: the variable BRINK_ADMIN_TOKEN, or the file"
              + " admin-token in the data directory.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--data-directory",
      paramLabel = "DIR",
      description = "The data directory of a node of this machine. Default: brink-data.")
  private @Nullable Path dataDirectory;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "PEM file of the authorities that the nodes' certificates come from.")
  private @Nullable Path tlsCa;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "PEM file of this client's certificate, when the nodes ask for one.")
  private @Nullable Path tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "PEM file of its key.")
  private @Nullable Path tlsKey;

  MeshClient connect(Session session) throws IOException {
    String secret = token(session);
    try {
      return tlsCa == null && tlsCertificate == null && tlsKey == null
          ? MeshClient.connect(admin, secret)
          : MeshClient.connect(admin, secret, tls());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** A client of each node named. */
  List<MeshClient> each(Session session) throws IOException {
    List<MeshClient> clients = new ArrayList<>();
    List<URI> all = admin;
    try {
      for (URI one : all) {
        admin = List.of(one);
        clients.add(connect(session));
      }
      return clients;
    } finally {
      admin = all;
    }
  }

  private String token(Session session) throws IOException {
    if (token != null) {
      return token;
    }
    if (tokenFile != null) {
      return read(tokenFile);
    }
    String variable = session.environment().getOrDefault("BRINK_ADMIN_TOKEN", "").strip();
    if (!variable.isEmpty()) {
      return variable;
    }
    Path folder = dataDirectory;
    if (folder == null) {
      folder = Path.of(session.environment().getOrDefault("BRINK_DATA_DIRECTORY", "brink-data"));
    }
    Path file = folder.resolve("admin-token");
    if (!Files.exists(file)) {
      throw new UsageException(
          "no admin token (expected: --token-file, BRINK_ADMIN_TOKEN or " + file + ")");
    }
    return read(file);
  }

  private static String read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file) || Files.size(file) > MAX_TOKEN_BYTES) {
      throw new UsageException(noToken(file));
    }
    try {
      return Files.readString(file).strip();
    } catch (CharacterCodingException e) {
      throw new UsageException(noToken(file), e);
    }
  }

  private static String noToken(Path file) {
    return "token file: " + file + " (expected: a readable file with a token)";
  }

  private SSLContext tls() throws IOException {
    if ((tlsCertificate == null) != (tlsKey == null)) {
      throw new UsageException("--tls-certificate and --tls-key: both or neither");
    }
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
    try {
      if (tlsCa != null) {
        builder.trustManager(tlsCa.toFile());
      }
      if (tlsCertificate != null && tlsKey != null) {
        builder.keyManager(tlsCertificate.toFile(), tlsKey.toFile());
      }
      return ((JdkSslContext) builder.build()).context();
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tls-…: not a PEM file that can be read: " + e.getMessage());
    }
  }
}
