package dev.brink.mesh.client;

import dev.brink.mesh.client.AdminCalls.Call;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.proto.ResealAnswer;
import dev.brink.mesh.proto.SecretList;
import dev.brink.mesh.wire.SecretMessages;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;

/** {@link Secrets} over the admin API. */
final class HttpSecrets implements Secrets {
  private static final String PATH = "/v1/secrets/";

  private final AdminCalls calls;

  HttpSecrets(AdminCalls calls) {
    this.calls = calls;
  }

  @Override
  public void put(String tenant, String function, String name, String value) {
    calls.call(
        new Call(
            "PUT",
            path(tenant, function) + "/" + AdminCalls.segment(name),
            BodyPublishers.ofString(value),
            Map.of("content-type", "text/plain; charset=utf-8"),
            true,
            MeshClient.DEADLINE));
  }

  @Override
  public List<SecretInfo> list(String tenant, String function) {
    String reply = calls.call(Call.get(path(tenant, function)));
    return SecretMessages.fromProto(AdminCalls.read(reply, SecretList.newBuilder()).build());
  }

  @Override
  public boolean delete(String tenant, String function, String name) {
    try {
      calls.call(
          new Call(
              "DELETE",
              path(tenant, function) + "/" + AdminCalls.segment(name),
              "",
              true,
              MeshClient.DEADLINE));
      return true;
    } catch (DeploymentException e) {
      if (e.code().equals("secret-not-found")) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public Resealed reseal() {
    String reply = calls.call(new Call("POST", PATH + "reseal", "", true, MeshClient.DEADLINE));
    return SecretMessages.fromProto(AdminCalls.read(reply, ResealAnswer.newBuilder()).build());
  }

  private static String path(String tenant, String function) {
    return PATH + AdminCalls.segment(tenant) + "/" + AdminCalls.segment(function);
  }
}
