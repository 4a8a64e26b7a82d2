package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.client.FakeNode;
import dev.brink.mesh.client.FakeNode.Answer;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.proto.DeployRequest;
import dev.brink.mesh.proto.DeploymentList;
import dev.brink.mesh.proto.InvokeReply;
import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.proto.UsageList;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import dev.brink.mesh.wire.ExplanationMessages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeshCommandsTest {
  private static final DeploymentInfo HELLO =
      new DeploymentInfo(
          "default",
          "hello",
          "function",
          "0123456789abcdef",
          List.of("/hello", "/hi"),
          List.of("main.js"),
          Instant.parse("2026-11-23T12:00:00Z"));

  @TempDir Path folder;
  private final Run run = new Run().environment("BRINK_ADMIN_TOKEN", "token-from-variable");
  private volatile Answer answer = Answer.json("{}");
  private FakeNode node;

  @BeforeEach
  void startNode() throws IOException {
    node = new FakeNode(_ -> answer);
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  private int run(String... args) {
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--admin";
    all[args.length + 1] = node.uri().toString();
    return run.run(all);
  }

  @Test
  void deployPrintsEachNodesMillis() throws IOException {
    Path shop = function("shop");
    answer = deployed(true);

    assertThat(run("deploy", shop.toString(), "--wait", "majority", "--timeout", "2s")).isZero();

    assertThat(run.out())
        .isEqualTo(
            """
            shop 0123456789ab: ready on 1 of 2 nodes in 15.0 ms
              NODE  STATUS       MS  MESSAGE
              a     ready      12.5
              bb    no answer   0.0  gone
            """);
    DeployRequest request =
        AdminJson.parse(node.seen.getFirst().body(), DeployRequest.newBuilder()).build();
    assertThat(request.getWait()).isEqualTo(dev.brink.mesh.proto.Wait.MAJORITY);
    assertThat(request.getTimeoutMs()).isEqualTo(2000);
    assertThat(request.getFunction().getModules(0).getPath()).isEqualTo("main.js");
  }

  @Test
  void anIncompleteDeployFails() throws IOException {
    Path shop = function("shop");
    answer = deployed(false);

    assertThat(run("deploy", shop.toString(), "--json")).isEqualTo(1);
    assertThat(run.out()).startsWith("[{\n").contains("\"complete\": false").endsWith("}]\n");
  }

  private static Answer deployed(boolean complete) {
    return Answer.json(
        AdminJson.compact(
            AdminMessages.toProto(
                new DeployResult(
                    "default",
                    "shop",
                    "0123456789abcdef",
                    List.of(
                        new DeployResult.NodeOutcome("a", DeployResult.Status.READY, 12.5, ""),
                        new DeployResult.NodeOutcome(
                            "bb", DeployResult.Status.NO_ANSWER, 0, "gone")),
                    15,
                    complete))));
  }

  @Test
  void aRefusedDeployIsOneLineAndExitCode1() throws IOException {
    Path shop = function("shop");
    answer = Answer.problem(422, "module-error", "main.js:1:2: unexpected\\ntoken");

    assertThat(run("deploy", shop.toString())).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .isEqualTo("brink deploy: module-error: main.js:1:2: unexpected\\ntoken\n");
  }

  @Test
  void aDeployThatWouldWaitTooLongIsExitCode2() throws IOException {
    assertThat(run("deploy", function("shop").toString(), "--timeout", "2h")).isEqualTo(2);
    assertThat(run.err()).isEqualTo("brink deploy: --timeout: PT2H (expected: 0 to 1 h)\n");
  }

  @Test
  void explainShowsEachCandidatesTerms() {
    answer =
        Answer.json(
            AdminJson.compact(
                ExplanationMessages.toProto(
                    new Explanation(
                        "default",
                        "hello",
                        "0123456789abcdef",
                        "bb",
                        "fastest",
                        "lowest expected latency",
                        List.of(
                            new Explanation.Candidate(
                                "1", "bb", true, false, true, 10, false, 0.5, 0, 1, 0, 0, 11.5, 1,
                                20, ""),
                            new Explanation.Candidate(
                                "2", "a", false, true, false, 0, false, 0, 30, 1.25, 0, 0, 31.25, 1,
                                20, ""),
                            new Explanation.Candidate(
                                "3",
                                "c",
                                false,
                                false,
                                false,
                                5,
                                true,
                                0,
                                30,
                                1,
                                0,
                                0,
                                36,
                                1,
                                -1,
                                "draining"))))));

    assertThat(run("explain", "/hello?a=b", "-H", "X-A: b")).isZero();

    assertThat(run.out())
        .isEqualTo(
            """
            default/hello runs on bb: lowest expected latency
            NODE  WARM     NET  QUEUE    COLD    RUN   DATA  PENALTY   SCORE
            bb    yes   10.000  0.500   0.000  1.000  0.000    0.000  11.500  chosen
            a *   no     0.000  0.000  30.000  1.250  0.000    0.000  31.250
            c     no    ~5.000  0.000  30.000  1.000  0.000    0.000  36.000  draining
            """);
    assertThat(node.seen.getFirst().line()).isEqualTo("GET /v1/placement/explain");
    assertThat(run("explain", "/hello", "--json")).isZero();
    assertThat(run.out()).contains("\"scoreMillis\": 11.5");
  }

  @Test
  void explainNeedsAUrl() {
    assertThat(run("explain", "hello")).isEqualTo(2);
    assertThat(run.err()).contains("URL: hello (expected: http://HOST/PATH or /PATH)");
    assertThat(run("explain", "/hello", "-H", "x")).isEqualTo(2);
  }

  @Test
  void debugSaysWhere() {
    answer = Answer.problem(500, "boom", "no");

    assertThat(run("nodes", "--debug")).isEqualTo(1);
    assertThat(run.err()).contains("    at dev.brink.mesh.client.").endsWith("boom: no\n");
  }

  @Test
  void aFolderThatIsNoneFailsBeforeAnythingIsDeployed() throws IOException {
    Path shop = function("shop");

    assertThat(run("deploy", shop.toString(), folder.resolve("none").toString())).isEqualTo(1);
    assertThat(run.err()).startsWith("brink deploy: invalid-folder: ").contains("not a folder");
    assertThat(node.seen).isEmpty();
  }

  @Test
  void functionsAreListed() {
    answer = Answer.json(AdminJson.compact(AdminMessages.deploymentList(List.of(HELLO))));

    assertThat(run("functions")).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            NAME   KIND      VERSION       ROUTES      UPDATED
            hello  function  0123456789ab  /hello /hi  2026-11-23T12:00:00Z
            """);
  }

  @Test
  void functionsAsJsonAreTheMessage() {
    DeploymentList list = AdminMessages.deploymentList(List.of(HELLO));
    answer = Answer.json(AdminJson.compact(list));

    assertThat(run("functions", "--json")).isZero();
    assertThat(AdminJson.parse(run.out(), DeploymentList.newBuilder()).build()).isEqualTo(list);
  }

  @Test
  void oneFunctionIsDescribed() {
    answer = Answer.json(AdminJson.compact(AdminMessages.toProto(HELLO)));

    assertThat(run("functions", "acme/hello")).isZero();
    assertThat(node.seen.getFirst().line()).isEqualTo("GET /v1/deployments/acme/hello");
    assertThat(run.out()).contains("version  0123456789abcdef\n").contains("module   main.js\n");
  }

  @Test
  void invokePrintsTheBodyAsItIs() throws IOException {
    answer = reply(200, "hé\0raw");
    Path data = Files.writeString(folder.resolve("data"), "from a file");

    int code =
        run("invoke", "hello", "/x?y=1", "-H", "A: b", "-H", "c:d", "-d", "@" + data, "-X", "put");

    assertThat(code).isZero();
    assertThat(run.out()).isEqualTo("hé\0raw");
    InvokeRequest request = seenInvocation();
    assertThat(request.method()).isEqualTo("PUT");
    assertThat(request.path()).isEqualTo("/x?y=1");
    assertThat(request.headers()).containsExactly(Map.entry("A", "b"), Map.entry("c", "d"));
    assertThat(request.body()).asString().isEqualTo("from a file");
  }

  @Test
  void invokeWithDataIsAPost() {
    answer = reply(201, "");

    assertThat(run("invoke", "hello", "-d", "text")).isZero();
    assertThat(seenInvocation().method()).isEqualTo("POST");
    assertThat(seenInvocation().path()).isEqualTo("/");
  }

  @Test
  void invokeReadsStandardInput() {
    answer = reply(200, "");
    run.in(new ByteArrayInputStream("piped".getBytes(StandardCharsets.UTF_8)));

    assertThat(run("invoke", "hello", "-d", "@-")).isZero();
    assertThat(seenInvocation().body()).asString().isEqualTo("piped");
  }

  @Test
  void anAnswerOf400OrMoreFails() {
    answer = reply(404, "nothing");

    assertThat(run("invoke", "hello", "-i")).isEqualTo(1);
    assertThat(run.out()).isEqualTo("HTTP 404\nbrink-node: n1\n\nnothing");
  }

  @Test
  void invokeAsJsonIsTheMessage() {
    answer = reply(200, "x");

    assertThat(run("invoke", "hello", "--json")).isZero();
    assertThat(AdminJson.parse(run.out(), InvokeReply.newBuilder()).getBody().toStringUtf8())
        .isEqualTo("x");
  }

  private InvokeRequest seenInvocation() {
    return AdminMessages.fromProto(
        AdminJson.parse(node.seen.getLast().body(), dev.brink.mesh.proto.InvokeRequest.newBuilder())
            .build());
  }

  private static Answer reply(int status, String body) {
    return Answer.json(
        AdminJson.compact(
            AdminMessages.toProto(
                new InvokeResponse(
                    status,
                    List.of(Map.entry("brink-node", "n1")),
                    body.getBytes(StandardCharsets.UTF_8)))));
  }

  @Test
  void nodesAreListed() {
    NodeList nodes =
        AdminMessages.nodeList(
            List.of(
                new NodeInfo(
                    "id1", "a", true, "http://i", "http://a", "live", 0, Double.NaN, 2, 1, 0),
                new NodeInfo(
                    "id2", "b", false, "http://j", "http://b", "live", 1.25, Double.NaN, 4, 0, 9)));
    answer = Answer.json(AdminJson.compact(nodes));

    assertThat(run("nodes")).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            NODE  STATE  RTT MS  LANES  BUSY  QUEUED  INGRESS   ADMIN     ID
            a *   live     0.00      2     1       0  http://i  http://a  id1
            b     live     1.25      4     0       9  http://j  http://b  id2
            """);
    Run json = new Run().environment("BRINK_ADMIN_TOKEN", "t");
    assertThat(json.run("nodes", "--json", "--admin", node.uri().toString())).isZero();
    assertThat(AdminJson.parse(json.out(), NodeList.newBuilder()).build()).isEqualTo(nodes);
  }

  @Test
  void usageIsListed() {
    UsageList usage =
        AdminMessages.usageList(
            List.of(
                new UsageRow("default", "hello", "abc", Instant.EPOCH, 7, 1, 2.25, 3, 4, 5, 6, 2),
                new UsageRow("acme", "shop", "abc", Instant.EPOCH, 1, 0, 0, 0, 0, 0, 0, 0)));
    answer = Answer.json(AdminJson.compact(usage));

    assertThat(run("usage", "--tenant", "default")).isZero();
    assertThat(run.out())
        .isEqualTo(
            """
            HOUR                  NAME   VERSION  REQUESTS  ERRORS  CPU  WALL  MB*S  IN  OUT  COLD
            1970-01-01T00:00:00Z  hello  abc             7       1  2.3   3.0   4.0   5    6     2
            """);
    Run json = new Run().environment("BRINK_ADMIN_TOKEN", "t");
    assertThat(json.run("usage", "--json", "--admin", node.uri().toString())).isZero();
    assertThat(AdminJson.parse(json.out(), UsageList.newBuilder()).build()).isEqualTo(usage);
  }

  @Test
  void removeNamesWhatIsGone() {
    answer = new Answer(204, "text/plain", "");

    assertThat(run("remove", "hello", "acme/shop")).isZero();
    assertThat(run.out()).isEqualTo("removed hello\nremoved acme/shop\n");
    assertThat(node.seen)
        .extracting(FakeNode.Seen::line)
        .containsExactly(
            "DELETE /v1/deployments/default/hello", "DELETE /v1/deployments/acme/shop");
  }

  @Test
  void theTokenComesFromWhereItIs() throws IOException {
    answer = Answer.json("{}");
    Path file = Files.writeString(folder.resolve("admin-token"), "token-from-directory\n");

    run("nodes", "--token", "token-from-flag");
    run("nodes", "--token-file", file.toString());
    run("nodes");
    new Run().run("nodes", "--admin", node.uri().toString(), "--data-directory", folder.toString());
    new Run()
        .environment("BRINK_DATA_DIRECTORY", folder.toString())
        .run("nodes", "--admin", node.uri().toString());

    assertThat(node.seen)
        .extracting(FakeNode.Seen::authorization)
        .containsExactly(
            "Bearer token-from-flag",
            "Bearer token-from-directory",
            "Bearer token-from-variable",
            "Bearer token-from-directory",
            "Bearer token-from-directory");
  }

  @Test
  void noTokenIsUsage() {
    Run none = new Run();

    assertThat(none.run("nodes", "--data-directory", folder.toString())).isEqualTo(2);
    assertThat(none.err())
        .isEqualTo(
            "brink nodes: no admin token (expected: --token-file, BRINK_ADMIN_TOKEN or "
                + folder.resolve("admin-token")
                + ")\n");
  }

  @Test
  void nodesThatAreGoneAreForgotten() {
    answer = new Answer(204, "", "");

    assertThat(run("nodes", "--forget", "id-1", "--forget", "id-2")).isZero();

    assertThat(run.out()).isEqualTo("forgotten id-1\nforgotten id-2\n");
    assertThat(node.seen.stream().map(FakeNode.Seen::line))
        .containsExactly("DELETE /v1/nodes/id-1", "DELETE /v1/nodes/id-2");
  }

  @Test
  void toForgetAndToListAreNotAskedForAtOnce() {
    assertThat(run("nodes", "--forget", "id-1", "--missing")).isEqualTo(2);

    assertThat(run.err())
        .isEqualTo(
            "brink nodes: --missing: given with --forget (expected: one of them, to list nodes or"
                + " to forget some)\n");
    assertThat(node.seen).isEmpty();
  }

  @Test
  void whatIsForgottenIsNotToldAsJson() {
    assertThat(run("nodes", "--json", "--forget", "id-1")).isEqualTo(2);

    assertThat(run.err())
        .isEqualTo(
            "brink nodes: --json: given with --forget (expected: one of them, as only a list of"
                + " nodes is printed as JSON)\n");
    assertThat(run.out()).isEmpty();
    assertThat(node.seen).isEmpty();
  }

  @Test
  void aNodeThatIsNotThereIsAFailure() {
    node.close();

    assertThat(run("nodes")).isEqualTo(1);
    assertThat(run.err()).startsWith("brink nodes: mesh-unreachable: no node answered: http://");
    assertThat(run.err().lines()).hasSize(1);
  }

  private Path function(String name) throws IOException {
    Path function = Files.createDirectory(folder.resolve(name));
    Files.writeString(function.resolve("main.js"), "export default {}");
    return function;
  }
}
