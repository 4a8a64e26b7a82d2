package dev.brink.samples;

import dev.brink.mesh.MeshNode;
import dev.brink.mesh.folder.FunctionFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A node with all sample functions, as the build leaves them, deployed. */
final class SampleNode implements AutoCloseable {
  static final Path FUNCTIONS = Path.of("target", "functions");

  private final Path data;
  private final MeshNode node;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private SampleNode(Path data, MeshNode node) {
    this.data = data;
    this.node = node;
  }

  static SampleNode start() {
    try {
      Path data = Files.createTempDirectory("brink-samples");
      MeshNode node =
          MeshNode.builder()
              .dataDirectory(data)
              .ephemeralPorts()
              .configure(config -> config.grid(grid -> grid.startTimeout(Duration.ofMinutes(2))))
              .start();
      SampleNode started = new SampleNode(data, node);
      for (String name : List.of("analytics", "hello", "markdown", "shield")) {
        node.deployments().deploy(FunctionFolder.read(FUNCTIONS.resolve(name)));
      }
      return started;
    } catch (IOException e) {
      throw new AssertionError("the node does not start", e);
    }
  }

  MeshNode node() {
    return node;
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(node.ingressUri() + path))
        .timeout(Duration.ofSeconds(100));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  @Override
  public void close() throws IOException {
    client.close();
    node.close();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
