package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions do on a node that stops, when no client waits for it. */
class DrainingTest {
  private static final String WORKS =
      """
      const done = async (env, key) => {
        await env.STORE.put(key, 'begun');
        await scheduler.wait(1000);
        await env.STORE.put(key, 'done');
      };
      export default {
        scheduled: (event, env) => done(env, 'tick'),
        fetch(request, env, ctx) {
          ctx.waitUntil(done(env, 'later'));
          return new Response('soon');
        },
      };
      """;

  private static final String READS =
      """
      export default {
        async fetch(request, { STORE }) {
          return new Response(`${await STORE.get('tick')} ${await STORE.get('later')}`);
        },
      };
      """;

  @TempDir Path directory;

  @Test
  void ticksAndWhatGoesOnAfterAnAnswerEndWithinTheGrace() throws Exception {
    // The node looks at its own clock as well.
    LocalDate day = LocalDate.now(ZoneOffset.UTC).plusMonths(6);
    try (TestMesh mesh =
        TestMesh.start(directory, 2, (_, config) -> config.shutdownGrace(Duration.ofSeconds(30)))) {
      MeshNode going = mesh.node(0);
      Hints onlyThere = Hints.builder().pin(NodeSelector.parse("node=n0")).build();
      going
          .deployments()
          .deploy(
              FunctionSpec.builder("works")
                  .module("main.js", WORKS)
                  .route("/works")
                  .kv("STORE", new KeyValueBinding("draining", false))
                  .schedule(
                      CronSchedule.parse(
                          "0 12 %d %d *".formatted(day.getDayOfMonth(), day.getMonthValue())))
                  .placement(new FunctionPlacement(onlyThere, FunctionPlacement.DEFAULT.affinity()))
                  .build());
      going
          .deployments()
          .deploy(
              FunctionSpec.builder("reads")
                  .module("main.js", READS)
                  .route("/reads")
                  .kv("STORE", new KeyValueBinding("draining", false))
                  .build());
      assertThat(mesh.get(going, "/works").body()).isEqualTo("soon");
      assertThat(
              going
                  .schedules()
                  .minute(day.atTime(12, 0).toInstant(ZoneOffset.UTC), Duration.ZERO)
                  .join())
          .isEqualTo(1);
      MeshNode left = mesh.node(1);
      TestMesh.until(() -> !read(mesh, left).contains("null"));
      mesh.stop(going);
      assertThat(read(mesh, left)).isEqualTo("done done");
    }
  }

  private static String read(TestMesh mesh, MeshNode node) {
    try {
      return mesh.get(node, "/reads").body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
