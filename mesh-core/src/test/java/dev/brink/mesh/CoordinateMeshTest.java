package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.placement.Hints;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four nodes that count as too many to measure every pair every second. */
class CoordinateMeshTest {
  private static final int NODES = 4;
  private static final int MILLIS_BETWEEN_NEIGHBOURS = 20;
  private static final Pattern ERROR = Pattern.compile("brink_coordinate_error ([0-9.E-]+)");

  /** Long enough for all nodes to be about as good as each other. */
  private static final String SLOW =
      "export default { async fetch() {"
          + " await new Promise(done => setTimeout(done, 200)); return new Response('done'); } };";

  @TempDir Path directory;

  /** Each node's links are as long as its place in a row says. */
  private TestMesh start() throws Exception {
    return TestMesh.start(
        directory,
        NODES,
        (index, config) -> {
          Map<String, Duration> rtts = new TreeMap<>();
          for (int other = 0; other < NODES; other++) {
            long millis = (long) Math.abs(index - other) * MILLIS_BETWEEN_NEIGHBOURS;
            rtts.put("n" + other, Duration.ofMillis(millis));
          }
          config.placement(
              placement -> placement.controlShare(0).measureAllUpTo(2).probes(4).emulatedRtt(rtts));
        });
  }

  private static List<Explanation.Candidate> candidates(MeshNode ingress) {
    return ingress.mesh().explain(URI.create("/slow"), List.of()).candidates();
  }

  private static Set<String> unverified(MeshNode ingress) {
    return candidates(ingress).stream()
        .filter(candidate -> candidate.excluded().equals("its round trip is not measured yet"))
        .map(Explanation.Candidate::node)
        .collect(Collectors.toSet());
  }

  /** What is measured stays so: whoever is asked last knows at least as much. */
  private static void saysWhatIsMeasured(MeshNode ingress) {
    Set<String> measured =
        candidates(ingress).stream()
            .filter(candidate -> !candidate.netEstimated())
            .map(Explanation.Candidate::node)
            .collect(Collectors.toSet());
    List<NodeInfo> nodes = ingress.mesh().nodes();
    for (NodeInfo node : nodes) {
      assertThat(Double.isNaN(node.rttMillis()))
          .as("%s", node)
          .isEqualTo(!node.self() && node.rttEstimateMillis() >= 0);
      if (measured.contains(node.name())) {
        assertThat(node.rttMillis()).as("%s", node).isNotNaN();
      }
    }
    Set<String> estimated =
        candidates(ingress).stream()
            .filter(Explanation.Candidate::netEstimated)
            .map(Explanation.Candidate::node)
            .collect(Collectors.toSet());
    assertThat(nodes)
        .filteredOn(node -> estimated.contains(node.name()))
        .allMatch(node -> Double.isNaN(node.rttMillis()));
  }

  private static double coordinateError(TestMesh mesh, MeshNode node) throws Exception {
    String metrics =
        mesh.client()
            .send(
                HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
                    .header("authorization", "Bearer " + node.adminToken())
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    Matcher matcher = ERROR.matcher(metrics);
    assertThat(matcher.find()).as(metrics).isTrue();
    return Double.parseDouble(matcher.group(1));
  }

  @Test
  void aNodeIsUsedOnceItIsMeasuredAndCoordinatesAreLearned() throws Exception {
    try (TestMesh mesh = start()) {
      MeshNode ingress = mesh.node(0);
      ingress
          .deployments()
          .deploy(
              FunctionSpec.builder("slow")
                  .module("main.js", SLOW)
                  .route("/slow")
                  .placement(
                      new FunctionPlacement(
                          Hints.builder().spread(true).build(), new Affinity.None()))
                  .build(),
              DeployOptions.DEFAULT);
      Set<String> used = new HashSet<>();
      List<String> log = new ArrayList<>();
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (used.size() < NODES) {
        assertThat(System.nanoTime()).as("%s", log).isLessThan(end);
        saysWhatIsMeasured(ingress);
        HttpResponse<String> answer = mesh.get(ingress, "/slow");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String ran = answer.headers().firstValue("brink-node").orElseThrow();
        Set<String> unverified = unverified(ingress);
        log.add(ran + " " + unverified);
        assertThat(unverified).as("%s", log).doesNotContain(ran);
        used.add(ran);
      }
      // Nothing is learned of peers that do not say where they are.
      for (MeshNode node : mesh.nodes()) {
        while (coordinateError(mesh, node) > 0.8) {
          assertThat(System.nanoTime()).isLessThan(end);
        }
      }
    }
  }
}
