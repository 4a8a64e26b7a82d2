package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.sun.net.httpserver.HttpServer;
import dev.brink.exec.SampleRequest;
import dev.brink.exec.outbound.OutboundTarget;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.mesh.deploy.OriginSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A function that is deployed with samples, on one node with an origin. */
class SampleMeshTest {
  private static final String TALKS =
      """
      export default { async fetch(request, env) {
        console.log('it is printed');
        await env.STORE.put('key', 'of a sample');
        await env.ORIGIN.fetch('http://origin/').catch(() => undefined);
        await fetch(env.URL).catch(() => undefined);
        return new Response('done');
      } };
      """;
  private static final String READS =
      """
      export default { async fetch(request, env) {
        return new Response(String(await env.STORE.get('key')));
      } };
      """;

  @TempDir static Path directory;

  @Test
  void samplesRunAfterADeployWithoutAnyEffect() throws Exception {
    var reached = new AtomicInteger();
    HttpServer origin =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    origin.createContext(
        "/",
        exchange -> {
          reached.incrementAndGet();
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    origin.start();
    String url = "http://127.0.0.1:" + origin.getAddress().getPort() + "/";
    try (CapturedLog log = CapturedLog.of("dev.brink", Level.INFO);
        TestMesh mesh =
            TestMesh.start(
                directory,
                1,
                (_, config) ->
                    config.functions(
                        it -> it.outboundAllow(List.of(OutboundTarget.parse("127.0.0.1")))))) {
      MeshNode node = mesh.node(0);
      node.deployments().deploy(OriginSpec.builder("origin").server(URI.create(url)).build());
      node.deployments()
          .deploy(
              FunctionSpec.builder("reads")
                  .module("main.js", READS)
                  .kv("STORE", KeyValueBinding.of("things"))
                  .route("/reads")
                  .build());
      assertThat(
              node.deployments()
                  .deploy(
                      FunctionSpec.builder("talks")
                          .module("main.js", TALKS)
                          .variable("URL", url)
                          .service("ORIGIN", "origin")
                          .kv("STORE", KeyValueBinding.of("things"))
                          .route("/talks")
                          .sample(SampleRequest.get("/talks"))
                          .build())
                  .complete())
          .isTrue();
      TestMesh.until(
          () -> log.lines().stream().anyMatch(line -> line.contains(" times with its samples")));
      assertThat(log.lines())
          .filteredOn(line -> line.contains(" times with its samples"))
          .singleElement()
          .asString()
          .startsWith("default/talks@")
          .doesNotContain(": run 0 times");
      assertThat(reached).hasValue(0);
      assertThat(mesh.get(node, "/reads").body()).isEqualTo("null");
      assertThat(log.lines()).noneMatch(line -> line.contains("it is printed"));
      assertThat(node.mesh().usage()).noneMatch(row -> row.name().equals("talks"));

      assertThat(mesh.get(node, "/talks").body()).isEqualTo("done");
      assertThat(reached).hasValue(2);
      assertThat(log.lines()).anyMatch(line -> line.contains("it is printed"));
      assertThat(mesh.get(node, "/reads").body()).isEqualTo("of a sample");
    } finally {
      origin.stop(0);
    }
  }
}
