package dev.brink.mesh.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.client.FakeNode.Answer;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.proto.DeployRequest;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeshClientTest {
  private static final FunctionSpec HELLO = FunctionSpec.of("hello", "export default {}", "/h");
  private static final DeployResult DEPLOYED =
      new DeployResult(
          "default",
          "hello",
          "abc",
          List.of(new DeployResult.NodeOutcome("n1", DeployResult.Status.READY, 3, "")),
          4,
          true);
  private static final DeploymentInfo INFO =
      new DeploymentInfo(
          "default", "hello", "function", "abc", List.of("/h"), List.of(), Instant.EPOCH);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  @Test
  void deploysWithItsTokenAndReadsTheOutcome() throws IOException {
    FakeNode node = node(_ -> Answer.json(AdminJson.compact(AdminMessages.toProto(DEPLOYED))));
    DeployOptions options = new DeployOptions(DeployOptions.Wait.NONE, Duration.ofMillis(2500));

    DeployResult result = client(node.uri()).deployments().deploy(HELLO, options);

    assertThat(result).isEqualTo(DEPLOYED);
    FakeNode.Seen seen = node.seen.getFirst();
    assertThat(seen.line()).isEqualTo("POST /v1/deployments");
    assertThat(seen.authorization()).isEqualTo("Bearer token-of-the-test");
    DeployRequest request = AdminJson.parse(seen.body(), DeployRequest.newBuilder()).build();
    assertThat(AdminMessages.spec(request)).usingRecursiveComparison().isEqualTo(HELLO);
    assertThat(AdminMessages.options(request)).isEqualTo(options);
  }

  @Test
  void readsListsAndDescriptions() throws IOException {
    NodeInfo nodeInfo =
        new NodeInfo("i", "n", true, "http://a", "http://b", "live", 0, Double.NaN, 2, 1, 0);
    UsageRow row = new UsageRow("t", "n", "v", Instant.EPOCH, 1, 2, 3, 4, 5, 6, 7, 8);
    FakeNode node =
        node(
            request ->
                Answer.json(
                    switch (request.line()) {
                      case "GET /v1/deployments" ->
                          AdminJson.compact(AdminMessages.deploymentList(List.of(INFO)));
                      case "GET /v1/deployments/default/hello" ->
                          AdminJson.compact(AdminMessages.toProto(INFO));
                      case "GET /v1/nodes" ->
                          AdminJson.compact(AdminMessages.nodeList(List.of(nodeInfo)));
                      case "GET /v1/usage" ->
                          AdminJson.compact(AdminMessages.usageList(List.of(row)));
                      default -> throw new IllegalStateException(request.line());
                    }));
    MeshClient client = client(node.uri());

    assertThat(client.deployments().list()).containsExactly(INFO);
    assertThat(client.deployments().describe("default", "hello")).isEqualTo(INFO);
    assertThat(client.nodes()).containsExactly(nodeInfo);
    assertThat(client.usage()).containsExactly(row);
  }

  @Test
  void invokes() throws IOException {
    InvokeResponse response =
        new InvokeResponse(
            404, List.of(Map.entry("brink-node", "n1")), "no".getBytes(StandardCharsets.UTF_8));
    FakeNode node = node(_ -> Answer.json(AdminJson.compact(AdminMessages.toProto(response))));

    InvokeResponse answer =
        client(node.uri())
            .deployments()
            .invoke("a b", "ü/x", InvokeRequest.post("/p?q", "text/plain", new byte[] {1}));

    assertThat(answer).usingRecursiveComparison().isEqualTo(response);
    assertThat(node.seen.getFirst().line())
        .isEqualTo("POST /v1/deployments/a%20b/%C3%BC%2Fx/invoke");
  }

  @Test
  void problemsBecomeExceptions() throws IOException {
    FakeNode node = node(_ -> Answer.problem(422, "module-error", "main.js:3:7: unexpected token"));

    assertThatThrownBy(() -> client(node.uri()).deployments().deploy(HELLO))
        .isInstanceOfSatisfying(
            DeploymentException.class,
            e -> {
              assertThat(e.code()).isEqualTo("module-error");
              assertThat(e.retryable()).isFalse();
            })
        .hasMessage("main.js:3:7: unexpected token");
  }

  @Test
  void whatIsNotAProblemIsAnErrorAllTheSame() throws IOException {
    FakeNode unauthorized = node(_ -> new Answer(401, "text/plain", "who?"));
    FakeNode busy = node(_ -> new Answer(503, "text/html", "<html>"));
    FakeNode stranger = node(_ -> Answer.json("[1]"));

    assertThat(failure(unauthorized))
        .extracting(DeploymentException::code)
        .isEqualTo("unauthorized");
    assertThat(failure(busy).retryable()).isTrue();
    assertThat(failure(busy).code()).isEqualTo("http-503");
    assertThat(failure(stranger).code()).isEqualTo("bad-reply");
  }

  private DeploymentException failure(FakeNode node) {
    try {
      return new DeploymentException("none", client(node.uri()).nodes().toString(), false);
    } catch (DeploymentException e) {
      return e;
    }
  }

  @Test
  void aNodeThatIsGoneIsPassedOverAndNotAskedFirstAgain() throws IOException {
    FakeNode gone = node(_ -> Answer.broken());
    URI goneUri = gone.uri();
    gone.close();
    FakeNode node = node(_ -> Answer.json(AdminJson.compact(AdminMessages.toProto(DEPLOYED))));
    MeshClient client = client(goneUri, node.uri());

    assertThat(client.deployments().deploy(HELLO)).isEqualTo(DEPLOYED);
    assertThat(
            client
                .deployments()
                .invoke("default", "hello", InvokeRequest.post("/", "a/b", new byte[0]))
                .status())
        .isZero();
    assertThat(node.seen).hasSize(2);
  }

  @Test
  void aNodeThatDiesOrDrainsDuringACallIsPassedOver() throws IOException {
    FakeNode dies = node(_ -> Answer.broken());
    FakeNode drains = node(_ -> Answer.problem(503, "draining", "the node is stopping"));
    FakeNode node = node(_ -> Answer.json(AdminJson.compact(AdminMessages.toProto(DEPLOYED))));

    assertThat(client(dies.uri(), drains.uri(), node.uri()).deployments().deploy(HELLO))
        .isEqualTo(DEPLOYED);
    assertThat(dies.seen).isNotEmpty();
    assertThat(drains.seen).hasSize(1);
  }

  @Test
  void aCallThatMayHaveRunIsNotMadeAgainUnlessItIsSafe() throws IOException {
    FakeNode dies = node(_ -> Answer.broken());
    FakeNode node = node(_ -> Answer.json("{\"status\":200}"));
    InvokeRequest post = InvokeRequest.post("/", "text/plain", new byte[0]);

    assertThatThrownBy(
            () -> client(dies.uri(), node.uri()).deployments().invoke("default", "hello", post))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("mesh-unreachable"))
        .hasMessageContaining(dies.uri().toString());
    assertThat(node.seen).isEmpty();

    InvokeResponse answer =
        client(dies.uri(), node.uri())
            .deployments()
            .invoke("default", "hello", InvokeRequest.get("/"));
    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void aWriteOfAKeyThatMayHaveBeenDoneIsNotSentToAnotherNode() throws IOException {
    FakeNode dies = node(_ -> Answer.broken());
    FakeNode unsure = node(_ -> Answer.problem(500, "kv-outcome-unknown", "not known"));
    FakeNode node = node(_ -> new Answer(204, "", ""));
    RemoteKeys broken = client(dies.uri(), node.uri()).keys("t", "n", false);
    RemoteKeys unknown = client(unsure.uri(), node.uri()).keys("t", "n", false);

    assertThatThrownBy(() -> broken.put("key", new byte[1]))
        .hasMessageStartingWith("no answer, it may have been done: ");
    assertThatThrownBy(() -> client(dies.uri(), node.uri()).keys("t", "n", false).delete("key"))
        .hasMessageStartingWith("no answer, it may have been done: ");
    assertThatThrownBy(() -> unknown.put("key", new byte[1]))
        .isInstanceOfSatisfying(
            DeploymentException.class,
            e -> {
              assertThat(e.code()).isEqualTo("kv-outcome-unknown");
              assertThat(e.retryable()).isFalse();
            });
    assertThat(node.seen).isEmpty();
  }

  @Test
  void aWriteOfAKeyThatWasRefusedIsSentToAnotherNode() throws IOException {
    FakeNode refuses = node(_ -> Answer.problem(503, "kv-unavailable", "the grid is starting"));
    FakeNode node = node(_ -> new Answer(204, "", ""));

    client(refuses.uri(), node.uri()).keys("t", "n", false).put("key", new byte[1]);

    assertThat(refuses.seen).hasSize(1);
    assertThat(node.seen).hasSize(1);
  }

  @Test
  void aRemovalWhoseAnswerWasLostIsARemoval() throws IOException {
    FakeNode dies = node(_ -> Answer.broken());
    FakeNode node = node(_ -> Answer.problem(404, "deployment-not-found", "no such deployment"));

    client(dies.uri(), node.uri()).deployments().remove("default", "hello");

    assertThat(node.seen).hasSize(1);
    assertThatThrownBy(() -> client(node.uri()).deployments().remove("default", "hello"))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("deployment-not-found"));
  }

  @Test
  void aNodeThatDoesNotAnswerIsNotWaitedForForEver() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    FakeNode node =
        node(
            _ -> {
              never.await();
              return Answer.broken();
            });
    AdminCalls calls =
        AdminCalls.over(
            java.net.http.HttpClient.newBuilder(), List.of(node.uri()), "token-of-the-test");
    open.addFirst(calls);
    open.addFirst(never::countDown);

    assertThatThrownBy(
            () -> calls.call(new AdminCalls.Call("GET", "/x", "", true, Duration.ofMillis(50))))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("deadline-exceeded"));
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatThrownBy(() -> MeshClient.connect(List.of(), "t"))
        .hasMessage("adminUris: [] (expected: at least one)");
    assertThatThrownBy(() -> MeshClient.connect(URI.create("ftp://x"), "t"))
        .hasMessage("adminUri: ftp://x (expected: http://host:port or https://host:port)");
    assertThatThrownBy(() -> MeshClient.connect(URI.create("http://x"), "a b"))
        .hasMessage("token: *** (expected: visible ASCII characters)");
  }

  private FakeNode node(FakeNode.Script script) throws IOException {
    FakeNode node = new FakeNode(script);
    open.add(node);
    return node;
  }

  private MeshClient client(URI... uris) {
    MeshClient client = MeshClient.connect(List.of(uris), "token-of-the-test");
    open.addFirst(client);
    return client;
  }
}
