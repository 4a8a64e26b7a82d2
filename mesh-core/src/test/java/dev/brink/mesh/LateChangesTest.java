package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions put and delete while a node can't be reached is not found there afterwards. */
class LateChangesTest {
  private static final int NODES = 3;
  private static final int KEYS = 8;

  private static final String CACHES =
      """
      export default {
        async fetch(request) {
          const { searchParams } = new URL(request.url);
          const key = `https://kept.example/${searchParams.get('key')}`;
          const value = searchParams.get('put');
          if (value !== null) {
            await caches.default.put(key, new Response(value, { headers: { 'cache-control': 'max-age=3600' } }));
          } else if (searchParams.has('delete')) {
            await caches.default.delete(key);
          }
          return (await caches.default.match(key)) ?? new Response('nothing');
        },
      };
      """;

  private static FunctionSpec function(int node) {
    return FunctionSpec.builder("caches" + node)
        .module("main.js", CACHES)
        .route("/c" + node)
        .placement(
            new FunctionPlacement(
                Hints.builder().pin(NodeSelector.of("number", "" + node)).build(),
                new Affinity.None()))
        .build();
  }

  private static String at(TestMesh mesh, int node, String query) {
    try {
      return mesh.get(mesh.node(node), "/c" + node + "?" + query).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static boolean seesLive(MeshNode node, String other) {
    return node.mesh().nodes().stream()
        .anyMatch(info -> info.name().equals(other) && info.state().equals("live"));
  }

  @Test
  void aNodeThatWasCutOffIsToldWhenItIsBack(@TempDir Path directory) throws Exception {
    List<LinkProxy> proxies = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        ports.add(free.getLocalPort());
      }
      proxies.add(new LinkProxy(ports.getLast()));
    }
    try (TestMesh mesh =
        TestMesh.start(
            directory,
            NODES,
            (index, config) -> {
              config.labels(Map.of("number", "" + index));
              config.set("link.port", ports.get(index).toString());
              config.set("link.advertise-address", proxies.get(index).address());
            })) {
      for (int node = 0; node < NODES; node++) {
        assertThat(mesh.node(0).deployments().deploy(function(node)).complete()).isTrue();
      }
      for (int key = 0; key < KEYS; key++) {
        assertThat(at(mesh, 0, "key=" + key + "&put=old")).isEqualTo("old");
        assertThat(at(mesh, 2, "key=" + key)).isEqualTo("old");
      }

      proxies.get(2).drop();
      TestMesh.until(() -> !seesLive(mesh.node(0), "n2") && !seesLive(mesh.node(1), "n2"));
      for (int key = 0; key < KEYS; key++) {
        boolean put = key % 2 == 0;
        assertThat(at(mesh, key % 4 / 2, "key=" + key + (put ? "&put=new" : "&delete")))
            .isEqualTo(put ? "new" : "nothing");
      }

      proxies.get(2).mend();
      mesh.awaitLinks();
      for (int each = 0; each < KEYS; each++) {
        int key = each;
        // What has its home there was put where that was meanwhile.
        List<String> good = key % 2 == 0 ? List.of("new", "nothing") : List.of("nothing");
        TestMesh.until(() -> good.contains(at(mesh, 2, "key=" + key)));
      }
    } finally {
      for (LinkProxy proxy : proxies) {
        proxy.close();
      }
    }
  }
}
