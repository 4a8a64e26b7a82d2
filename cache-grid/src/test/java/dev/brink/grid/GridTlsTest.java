package dev.brink.grid;

import static dev.brink.grid.Grids.addresses;
import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitText;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridTlsTest {
  private static final char[] PASSWORD = "secret".toCharArray();

  @TempDir Path directory;

  @Test
  void nodesOfOneCertificateAuthorityTalkOverTls() throws Exception {
    SSLContext ssl = context();
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).ssl(ssl));
      Grid second = grids.start(grids.options(2).ssl(ssl).seeds(addresses(first)));
      awaitMembers(2, first, second);
      get(first.map("test").put("key", bytes("value")));
      awaitText("value", "test", "key", second);
      get(second.map("test").put("key", bytes("back")));
      awaitText("back", "test", "key", first);
    }
  }

  private SSLContext context() throws Exception {
    Path store = directory.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "node",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=ip:127.0.0.1,dns:localhost",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    store.toString()))
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(keys);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }
}
