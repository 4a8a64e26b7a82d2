package dev.brink.mesh;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One site whose pages are asked of any node: each node is the proxy of a client of its own. */
record Site(List<HttpClient> clients) implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  static Site of(TestMesh mesh) {
    return of(mesh.nodes().stream().map(MeshNode::ingressUri).toList());
  }

  /** Asked of nodes by their ingresses. */
  static Site of(List<URI> ingresses) {
    return new Site(ingresses.stream().map(Site::through).toList());
  }

  private static HttpClient through(URI uri) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(new InetSocketAddress(uri.getHost(), uri.getPort())))
        .build();
  }

  /** A request for a page, to be sent through a node. */
  static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://site.example" + path)).timeout(LIMIT);
  }

  HttpResponse<String> get(int node, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(node, request.build());
  }

  HttpResponse<String> post(int node, String path) throws IOException, InterruptedException {
    return send(node, request(path).POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  HttpResponse<String> send(int node, HttpRequest request)
      throws IOException, InterruptedException {
    return clients.get(node).send(request, HttpResponse.BodyHandlers.ofString());
  }

  CompletableFuture<HttpResponse<String>> getAsync(int node, String path) {
    return clients.get(node).sendAsync(request(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    clients.forEach(HttpClient::close);
  }
}
