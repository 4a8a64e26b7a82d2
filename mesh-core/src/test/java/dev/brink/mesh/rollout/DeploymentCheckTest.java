package dev.brink.mesh.rollout;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.SampleRequest;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RouteTable;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeploymentCheckTest {
  /** A node of another version has accepted it. */
  @Test
  void aRouteOfAnotherThatCannotBeReadRefusesNobody() {
    Deployment other = Deployment.newBuilder().addRoutes("/%2e/x").addRoutes("/taken").build();
    var snapshot =
        new Snapshot(
            RouteTable.<Binding>builder().build(), Map.of(), Map.of(), Map.of("a/other", other));
    assertThatCode(() -> check("/free", snapshot)).doesNotThrowAnyException();
    assertThatThrownBy(() -> check("/taken", snapshot)).hasMessageContaining("a/other has it");
    assertThatThrownBy(() -> check("/%2e/x", snapshot)).hasMessageContaining("dot segments");
  }

  @Test
  void samplesAreBounded() {
    var snapshot =
        new Snapshot(RouteTable.<Binding>builder().build(), Map.of(), Map.of(), Map.of());
    FunctionSpec.Builder spec = FunctionSpec.builder("f").module("main.js", "export default {}");
    for (int i = 0; i < SampleRequest.MAX_SAMPLES; i++) {
      spec.sample(SampleRequest.get("/" + i));
    }
    assertThatCode(() -> DeploymentCheck.check(spec.build(), snapshot, FunctionSpec.MAX_CPU))
        .doesNotThrowAnyException();
    spec.sample(SampleRequest.get("/more"));
    assertThatThrownBy(() -> DeploymentCheck.check(spec.build(), snapshot, FunctionSpec.MAX_CPU))
        .isInstanceOf(DeploymentException.class)
        .hasMessage("samples: 17 (expected: at most 16)");
  }

  private static void check(String route, Snapshot snapshot) {
    DeploymentSpec spec = FunctionSpec.of("f", "export default {}", route);
    DeploymentCheck.check(spec, snapshot, FunctionSpec.MAX_CPU);
  }
}
