package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.FunctionSpec;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was used on a node that stops. */
class UsageAtStopTest {
  private static final String LINGERS =
      """
      export default {
        fetch(request, env, ctx) {
          ctx.waitUntil(new Promise(resolve => setTimeout(resolve, 25_000)));
          return new Response('soon');
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void invocationsThatEndWithTheNodeAreInTheLedger() throws Exception {
    try (TestMesh mesh =
        TestMesh.start(directory, 2, (_, config) -> config.shutdownGrace(Duration.ofMillis(100)))) {
      MeshNode going = mesh.node(0);
      going.deployments().deploy(FunctionSpec.of("lingers", LINGERS, "/lingers"));
      for (boolean there = false; !there; ) {
        HttpResponse<String> answer =
            mesh.client()
                .send(
                    HttpRequest.newBuilder(going.ingressUri().resolve("/lingers")).build(),
                    HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("soon");
        there = answer.headers().firstValue("brink-node").orElseThrow().equals("n0");
      }
      mesh.stop(going);
      MeshNode left = mesh.node(0);
      assertThat(left.mesh().usage())
          .filteredOn(record -> record.name().equals("lingers"))
          .singleElement()
          .satisfies(record -> assertThat(record.requests()).isPositive());
    }
  }
}
