package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RoutePattern;
import dev.brink.mesh.route.RouteTable;
import dev.brink.placement.LoadReport;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  @Test
  void whatIsNotLoadedHereWouldRunElsewhere() {
    var version =
        new Binding.Version(
            new Target.Function("t", "f", "id"),
            1,
            PlacementRequest.of("id"),
            new Affinity.None(),
            null,
            Map.of(),
            false,
            null,
            List.of(),
            new Target.Origin("t", "behind"));
    RouteTable.Builder<Binding> routes = RouteTable.builder();
    routes.add(RoutePattern.parse("/f"), new Binding.Function("t", "f", List.of(version), 1));
    var snapshot = new Snapshot(routes.build(), Map.of(), Map.of(), Map.of());
    Placement placement = Placement.create(NodeInfo.of("a"));
    placement.nodeUp(NodeInfo.of("b"));
    placement.report(LoadReport.builder("b", 1).build(), System.nanoTime());

    Explanation explained =
        new Explainer(() -> snapshot, placement, node -> node).explain(URI.create("/f"), List.of());
    assertThat(explained.node()).isEqualTo("b");
    assertThat(explained.candidates())
        .filteredOn(Explanation.Candidate::local)
        .extracting(Explanation.Candidate::excluded)
        .containsExactly("excluded by the request");
  }
}
