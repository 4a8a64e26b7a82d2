package dev.brink.samples.embed;

import dev.brink.mesh.MeshNode;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import java.io.IOException;
import java.nio.file.Path;

/** A service that starts a node, deploys a function and calls it. */
public final class EmbeddedService {
  public static void main(String[] args) throws IOException {
    String source = "export default { fetch: () => new Response('Hello from the mesh') };";
    FunctionSpec hello = FunctionSpec.of("hello", source, "/hello");
    try (MeshNode node =
        MeshNode.builder().dataDirectory(Path.of(args[0])).ephemeralPorts().start()) {
      node.deployments().deploy(hello);
      InvokeResponse response =
          node.deployments().invoke("default", "hello", InvokeRequest.get("/hello"));
      System.out.println(response.text() + " at " + node.ingressUri() + "/hello");
    }
  }

  private EmbeddedService() {}
}
