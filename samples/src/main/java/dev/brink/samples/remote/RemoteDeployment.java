package dev.brink.samples.remote;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.folder.FunctionFolder;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Deploys the function in a folder to a mesh: {@code FOLDER TOKEN ADMIN-URI…}. */
public final class RemoteDeployment {
  public static void main(String[] args) {
    DeploymentSpec function = FunctionFolder.read(Path.of(args[0]));
    List<URI> nodes = Arrays.stream(args).skip(2).map(URI::create).toList();
    try (MeshClient client = MeshClient.connect(nodes, args[1])) {
      DeployResult result = client.deployments().deploy(function);
      for (DeployResult.NodeOutcome node : result.nodes()) {
        System.out.println(node.node() + ": " + node.status() + " in " + node.millis() + " ms");
      }
    }
  }

  private RemoteDeployment() {}
}
