package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose links are cut while they run. The grid's own connections stay. */
class CutLinksTest {
  private static final int NODES = 3;

  @Test
  void aNodeThatHearsOfNoMajorityValidatesUntilItHasCaughtUp(@TempDir Path directory)
      throws Exception {
    List<LinkProxy> proxies = new ArrayList<>();
    List<Integer> ports = FreePorts.of(NODES);
    for (int port : ports) {
      proxies.add(new LinkProxy(port));
    }
    try (CountingOrigin origin = origin();
        TestMesh mesh =
            TestMesh.start(
                directory,
                NODES,
                (index, config) -> {
                  config.set("link.port", ports.get(index).toString());
                  config.set("link.advertise-address", proxies.get(index).address());
                });
        Site site = Site.of(mesh)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("files")
                  .server(origin.uri())
                  .route("/files/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());
      for (int node = 0; node < NODES; node++) {
        assertThat(site.get(node, "/files/a").body()).isEqualTo("1");
      }
      assertThat(origin.asked).hasValue(1);

      proxies.forEach(LinkProxy::cut);
      for (int node = 0; node < NODES; node++) {
        int at = node;
        int before = origin.asked.get();
        TestMesh.until(() -> asks(site, at, origin, before));
      }

      proxies.forEach(LinkProxy::mend);
      for (int node = 0; node < NODES; node++) {
        int at = node;
        TestMesh.until(() -> !asks(site, at, origin, origin.asked.get()));
      }
    } finally {
      for (LinkProxy proxy : proxies) {
        proxy.close();
      }
    }
  }

  /** Whether a read at a node reaches the origin. */
  private static boolean asks(Site site, int node, CountingOrigin origin, int before) {
    try {
      assertThat(site.get(node, "/files/a").statusCode()).isEqualTo(200);
      return origin.asked.get() > before;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) ->
            CountingOrigin.send(exchange, Integer.toString(count), "cache-control", "max-age=600"));
  }
}
