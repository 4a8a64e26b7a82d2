package dev.brink.mesh.client;

import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.proto.DeployReply;
import dev.brink.mesh.proto.DeploymentList;
import dev.brink.mesh.proto.DeploymentView;
import dev.brink.mesh.proto.InvokeReply;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** {@link Deployments} over the admin API. */
final class HttpDeployments implements Deployments {
  private static final Duration DEPLOY_MARGIN = Duration.ofSeconds(10);
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

  private final AdminCalls calls;

  HttpDeployments(AdminCalls calls) {
    this.calls = calls;
  }

  @Override
  public DeployResult deploy(DeploymentSpec spec, DeployOptions options) {
    // A version is named by its content: to deploy it twice is to deploy it once.
    AdminCalls.Call call =
        new AdminCalls.Call(
            "POST",
            "/v1/deployments",
            AdminJson.compact(AdminMessages.toProto(spec, options)),
            true,
            options.timeout().plus(DEPLOY_MARGIN));
    return AdminMessages.fromProto(
        AdminCalls.read(calls.call(call), DeployReply.newBuilder()).build());
  }

  @Override
  public List<DeploymentInfo> list() {
    String reply = calls.call(AdminCalls.Call.get("/v1/deployments"));
    return AdminCalls.read(reply, DeploymentList.newBuilder()).getDeploymentsList().stream()
        .map(AdminMessages::fromProto)
        .toList();
  }

  @Override
  public DeploymentInfo describe(String tenant, String name) {
    String reply = calls.call(AdminCalls.Call.get(path(tenant, name)));
    return AdminMessages.fromProto(AdminCalls.read(reply, DeploymentView.newBuilder()).build());
  }

  @Override
  public void remove(String tenant, String name) {
    calls.call(new AdminCalls.Call("DELETE", path(tenant, name), "", true, MeshClient.DEADLINE));
  }

  @Override
  public InvokeResponse invoke(String tenant, String name, InvokeRequest request) {
    AdminCalls.Call call =
        new AdminCalls.Call(
            "POST",
            path(tenant, name) + "/invoke",
            AdminJson.compact(AdminMessages.toProto(request)),
            SAFE.contains(request.method()),
            MeshClient.DEADLINE);
    return AdminMessages.fromProto(
        AdminCalls.read(calls.call(call), InvokeReply.newBuilder()).build());
  }

  static String path(String tenant, String name) {
    return "/v1/deployments/" + AdminCalls.segment(tenant) + "/" + AdminCalls.segment(name);
  }
}
