package dev.brink.grid;

import static dev.brink.grid.Grids.addresses;
import static dev.brink.grid.Grids.awaitMembers;
import static dev.brink.grid.Grids.awaitText;
import static dev.brink.grid.Grids.bytes;
import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
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

  @Test
  void whoTheOthersDoNotTrustSaysSoAndStartsNoGridOfItsOwn() throws Exception {
    SSLContext trusted = context();
    SSLContext stranger = context();
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).ssl(trusted));
      GridBuilder strangers = grids.options(2).ssl(stranger).seeds(addresses(first));
      assertThatThrownBy(() -> grids.start(strangers.startTimeout(Duration.ofSeconds(10))))
          .isInstanceOf(GridException.class)
          .hasMessageContaining("TLS with " + addresses(first).getFirst() + " failed: ")
          .hasMessageContaining("(expected: valid certificates");
      GridBuilder plain = grids.options(3).seeds(addresses(first));
      assertThatThrownBy(() -> grids.start(plain.startTimeout(Duration.ofSeconds(10))))
          .isInstanceOf(GridException.class)
          .hasMessageContaining(
              addresses(first).getFirst() + " speaks TLS (expected: as this node");
      assertThat(first.state()).isEqualTo(GridState.CONNECTED);
    }
  }

  @Test
  void whoTrustsTheOthersButIsNotTrustedSaysSoToo() throws Exception {
    Path mesh = keys();
    Path strange = keys();
    try (Grids grids = new Grids(directory)) {
      Grid first = grids.start(grids.options(1).ssl(context(mesh, mesh)));
      GridBuilder stranger = grids.options(2).ssl(context(strange, mesh)).seeds(addresses(first));
      assertThatThrownBy(() -> grids.start(stranger.startTimeout(Duration.ofSeconds(10))))
          .isInstanceOf(GridException.class)
          .hasMessageMatching("(?s).*(TLS with .* failed|refuses this node's certificate).*");
    }
  }

  private SSLContext context() throws Exception {
    Path store = keys();
    return context(store, store);
  }

  private Path keys() throws Exception {
    Path store = directory.resolve("keys-" + UUID.randomUUID() + ".p12");
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
    return store;
  }

  private static KeyStore read(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private static SSLContext context(Path keys, Path authorities) throws Exception {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(read(keys), PASSWORD);
    TrustManagerFactory trusted =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusted.init(read(authorities));
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    return context;
  }
}
