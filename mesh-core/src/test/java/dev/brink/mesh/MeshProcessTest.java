package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.NodeProcesses.NodeProcess;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.FunctionSpec;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as processes of their own, as the command line starts them. */
class MeshProcessTest {
  @TempDir static Path directory;

  @AutoClose private final NodeProcesses nodes = new NodeProcesses(directory, Map.of());

  @Test
  @Timeout(360) // starts three processes, one after the other
  void aKilledNodeCostsNoRequestToTheOthers() throws Exception {
    List<NodeProcess> all = new ArrayList<>();
    for (String name : List.of("p0", "p1", "p2")) {
      all.add(nodes.ready(name));
    }
    try (MeshClient mesh = all.getFirst().connect()) {
      TestMesh.until(
          () -> mesh.nodes().stream().filter(node -> node.state().equals("live")).count() == 3);
      // With one lane's worth of waiting in each call, placement spreads them over the nodes.
      mesh.deployments()
          .deploy(
              FunctionSpec.of(
                  "work",
                  "export default { fetch() { const end = performance.now() + 5;"
                      + " while (performance.now() < end) {} return new Response('done'); } }",
                  "/work"));
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger remote = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    List<Thread> clients =
        IntStream.range(0, 24)
            .mapToObj(
                i ->
                    Thread.ofVirtual()
                        .start(() -> ask(all.get(i % 2), stop, answered, remote, failures)))
            .toList();
    try {
      TestMesh.until(() -> answered.get() > 500);
      all.get(2).process().destroyForcibly();
      int before = answered.get();
      TestMesh.until(() -> answered.get() > before + 500);
    } finally {
      stop.set(true);
    }
    for (Thread thread : clients) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(remote).as("calls that ran on the killed node").hasPositiveValue();
  }

  private void ask(
      NodeProcess node,
      AtomicBoolean stop,
      AtomicInteger answered,
      AtomicInteger remote,
      Queue<String> failures) {
    while (!stop.get()) {
      try {
        HttpResponse<String> response = nodes.get(node.ingress().resolve("/work"));
        if (response.statusCode() != 200) {
          failures.add(response.statusCode() + " " + response.body());
        } else {
          answered.incrementAndGet();
          if (response.headers().firstValue("brink-node").orElse("").equals("p2")) {
            remote.incrementAndGet();
          }
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Test
  void aNodeWhoseParentIsGoneStopsByItself() throws Exception {
    Process process = nodes.ready("alone").process();
    process.getOutputStream().close();
    assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
