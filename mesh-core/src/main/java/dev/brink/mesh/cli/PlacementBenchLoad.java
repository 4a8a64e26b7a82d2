package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests of {@code bench placement}: to every ingress alike, by turns of a function that may
 * run anywhere and of one for each node that may not run there, so that its own ingress has to
 * choose among the others.
 */
final class PlacementBenchLoad {
  private static final String PREFIX = "bench-placement";
  private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** A millisecond or two of work, so that there is something to run. */
  private static final String SOURCE =
      """
      export default {
        fetch() {
          let sum = 0;
          for (let i = 0; i < 200000; i++) sum = (sum * 31 + i) | 0;
          return new Response(String(sum));
        }
      };
      """;

  private final MeshClient client;
  private final Stop stop;
  private final List<NodeInfo> nodes;
  private final List<String> paths = new ArrayList<>();

  PlacementBenchLoad(MeshClient client, Stop stop) {
    this.client = client;
    this.stop = stop;
    this.nodes = client.nodes();
  }

  void deploy() {
    deploy(PREFIX, FunctionPlacement.DEFAULT);
    for (NodeInfo node : nodes) {
      Hints elsewhere =
          Hints.builder().forbidden(List.of(NodeSelector.of(NodeSelector.NODE, node.id()))).build();
      deploy(PREFIX + "-" + paths.size(), new FunctionPlacement(elsewhere, new Affinity.None()));
    }
  }

  private void deploy(String name, FunctionPlacement placement) {
    client
        .deployments()
        .deploy(
            FunctionSpec.builder(name)
                .module("main.js", SOURCE)
                .route("/" + name)
                .idempotent(true)
                .placement(placement)
                .build(),
            DeployOptions.DEFAULT);
    paths.add("/" + name);
  }

  /** Takes the functions out of the mesh again. */
  void remove() {
    paths.forEach(
        path -> client.deployments().remove(DeploymentSpec.DEFAULT_TENANT, path.substring(1)));
  }

  /**
   * Sends so many requests to each ingress at this rate, the ingresses taking turns; how many were
   * answered with 200.
   */
  int run(int requests, double perSecond) throws InterruptedException {
    AtomicInteger right = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      long begin = System.nanoTime();
      long apart = (long) (NANOS_PER_SECOND / perSecond / nodes.size());
      for (int i = 0; i < nodes.size(); i++) {
        NodeInfo node = nodes.get(i);
        long from = begin + i * apart;
        threads.add(
            Thread.ofVirtual().start(() -> send(http, node, requests, perSecond, from, right)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    if (stop.isRequested()) {
      throw new CancellationException("stopped");
    }
    return right.get();
  }

  private void send(
      HttpClient http,
      NodeInfo node,
      int requests,
      double perSecond,
      long begin,
      AtomicInteger right) {
    for (int i = 0; i < requests && !stop.isRequested(); i++) {
      try {
        long due = begin + (long) (i * NANOS_PER_SECOND / perSecond);
        TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(node.ingress() + paths.get(i % paths.size())))
                .timeout(LIMIT)
                .build();
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          right.incrementAndGet();
        }
      } catch (IOException _) {
        // Not answered, and so not counted.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
