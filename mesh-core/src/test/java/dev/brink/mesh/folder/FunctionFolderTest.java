package dev.brink.mesh.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.Isolation;
import dev.brink.exec.SampleRequest;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.placement.Hints;
import dev.brink.placement.Near;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FunctionFolderTest {
  @TempDir Path temp;
  private Path folder;

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createDirectory(temp.resolve("shop"));
  }

  @Test
  void aFolderOfOneFileIsAFunction() throws IOException {
    file("main.js", "export default {}");

    assertThat(FunctionFolder.read(folder))
        .usingRecursiveComparison()
        .isEqualTo(FunctionSpec.of("shop", "export default {}"));
  }

  @Test
  void theManifestHasSamples() throws IOException {
    file("main.js", "export default {}");
    file(
        "brink.json",
        """
        {"samples": [
          {"url": "/cart?id=1"},
          {"method": "POST", "url": "https://a.example/x",
           "headers": {"content-type": "application/json"}, "body": "{}"}
        ]}
        """);

    FunctionSpec spec = (FunctionSpec) FunctionFolder.read(folder);

    assertThat(spec.samples())
        .containsExactly(
            SampleRequest.get("/cart?id=1"),
            new SampleRequest(
                "POST", "https://a.example/x", Map.of("content-type", "application/json"), "{}"));
  }

  @Test
  void aBadSampleIsNamed() throws IOException {
    file("main.js", "export default {}");
    file(
        "brink.json",
        """
        {"samples": [{"url": "/"}, {"url": "cart"}]}
        """);
    assertThatThrownBy(() -> FunctionFolder.read(folder))
        .isInstanceOf(DeploymentException.class)
        .hasMessage(
            "samples[1].url: cart (expected: a path that begins with a slash, or a URL of http or"
                + " https)");
    file(
        "brink.json",
        """
        {"samples": [{"path": "/"}]}
        """);
    assertThatThrownBy(() -> FunctionFolder.read(folder))
        .hasMessageContaining("path: unknown key (expected: method, url, headers, body)");
  }

  @Test
  void theManifestSaysTheRest() throws IOException {
    file(
        "brink.json",
        """
        {
          "tenant": "acme", "name": "cart", "main": "src/index.js", "routes": ["/cart/*"],
          "limits": {"cpuMs": 20, "memoryBytes": 1048576},
          "variables": {"A": "b"}, "services": {"API": "api"}, "idempotent": true,
          "eval": true, "isolation": "FRESH"
        }
        """);
    file("src/index.js", "1");
    file("data.txt", "x");
    file(".git/config", "hidden");
    file(".env", "hidden");

    FunctionSpec spec = (FunctionSpec) FunctionFolder.read(folder);

    FunctionLimits base = FunctionLimits.DEFAULT;
    assertThat(spec)
        .usingRecursiveComparison()
        .isEqualTo(
            FunctionSpec.builder("cart")
                .tenant("acme")
                .main("src/index.js")
                .eval(true)
                .isolation(Isolation.FRESH)
                .module("src/index.js", "1")
                .module("data.txt", "x")
                .route("/cart/*")
                .limits(
                    new FunctionLimits(
                        Duration.ofMillis(20),
                        base.wall(),
                        1 << 20,
                        base.requestBodyBytes(),
                        base.responseBodyBytes(),
                        base.concurrency()))
                .variable("A", "b")
                .service("API", "api")
                .idempotent(true)
                .build());
  }

  @Test
  void anOriginNeedsNoModules() throws IOException {
    file(
        "brink.json",
        """
        {"routes": ["/api/*"], "origin": {"servers": [{"url": "http://127.0.0.1:1", "weight": 2}],
         "healthCheck": {"path": "/up"}}}
        """);

    assertThat(FunctionFolder.read(folder))
        .isEqualTo(
            OriginSpec.builder("shop")
                .route("/api/*")
                .server(URI.create("http://127.0.0.1:1"), 2)
                .healthCheck(OriginSpec.HealthCheck.of("/up"))
                .build());
  }

  @Test
  void unknownKeysAreNamedWithTheirFile() throws IOException {
    file("main.js", "1");
    file("brink.json", "{\"rotes\": []}");
    refused(
        "/brink.json: rotes: unknown key (expected: tenant, name, main, routes, limits, variables,"
            + " services, idempotent, origin, placement, kv, schedule, passThrough, eval,"
            + " isolation, samples, cache)");

    file("brink.json", "{\"limits\": {\"cpu\": 1}}");
    refused(
        "/brink.json: cpu: unknown key (expected: cpuMs, wallMs, memoryBytes, requestBodyBytes,"
            + " responseBodyBytes, concurrency, subrequests)");
  }

  @Test
  void whatIsWrongWithTheJsonIsSaidWithItsPlace() throws IOException {
    file("main.js", "1");
    manifestIsRefused("{\"routes\": ", "not JSON: End of input at line 1 column 12 path $.routes");
    manifestIsRefused("not json", "\"not\" (expected: an object, {\"name\": …})");
    manifestIsRefused("[1]", "[1] (expected: an object, {\"name\": …})");
    manifestIsRefused(
        "{\"name\": \"x\", \"name\": \"y\"}", "name: twice (expected: each key once)");
    manifestIsRefused(
        "{\"samples\": [{\"url\": \"/\", \"url\": \"/a\"}]}",
        "url: twice (expected: each key once)");
    manifestIsRefused(
        "{\"isolation\": \"ALONE\"}", "\"ALONE\": no value of isolation (expected: SHARED, FRESH)");
    manifestIsRefused(
        "{\"origin\": {\"balance\": \"BEST\"}}",
        "\"BEST\": no value of balance (expected: ROUND_ROBIN, LEAST_REQUESTS, RANDOM,");

    file(
        "brink.json",
        """
        {"variables": {"name": "{\\"name\\"", "a": "name", "b": "name"}, "name": "y",
         "samples": [{"url": "/"}, {"url": "/"}]}
        """);
    FunctionFolder.read(folder);
  }

  private void manifestIsRefused(String json, String why) throws IOException {
    file("brink.json", json);
    assertThatThrownBy(() -> FunctionFolder.read(folder))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith(folder + "/brink.json: ")
        .hasMessageContaining(why);
  }

  @Test
  void theManifestSaysWhereItMayRun() throws IOException {
    file("main.js", "export default {}");
    file(
        "brink.json",
        """
        {"placement": {"near": "data", "pin": "zone=a", "spread": true, "allow": ["region=eu|us"],
         "forbid": ["arch=aarch64"], "affinity": "header:x-session", "needs": ["gpu"]}}
        """);

    FunctionSpec spec = (FunctionSpec) FunctionFolder.read(folder);

    assertThat(spec.placement())
        .isEqualTo(
            new FunctionPlacement(
                Hints.builder()
                    .near(new Near.Data())
                    .pin(NodeSelector.of("zone", "a"))
                    .spread(true)
                    .allowed(List.of(NodeSelector.parse("region=eu|us")))
                    .forbidden(List.of(NodeSelector.of("arch", "aarch64")))
                    .needs(Set.of("gpu"))
                    .build(),
                new Affinity.Header("x-session")));
  }

  @Test
  void aPlacementThatIsNotOneIsNamed() throws IOException {
    file("main.js", "export default {}");
    Map<String, String> wrong =
        Map.of(
            "{\"near\": \"moon\"}",
            "placement.near: moon (expected: caller, data, origin, or nodes as LABEL=VALUE",
            "{\"pin\": \"=x\"}",
            "placement.pin: =x (expected: LABEL=VALUE",
            "{\"allow\": [\"x\"]}",
            "placement.allow: x (expected: LABEL=VALUE",
            "{\"forbid\": [\"x=\"]}",
            "placement.forbid: x= (expected: LABEL=VALUE",
            "{\"affinity\": \"ip\"}",
            "placement.affinity: ip (expected: header:NAME or cookie:NAME)",
            "{\"needs\": [\"a b\"]}",
            "placement.needs: a b (expected: at most 64 names",
            "{\"nera\": \"data\"}",
            "nera: unknown key (expected: near, pin, spread, allow, forbid, affinity, needs)");
    for (Map.Entry<String, String> each : wrong.entrySet()) {
      file("brink.json", "{\"placement\": " + each.getKey() + "}");
      assertThatThrownBy(() -> FunctionFolder.read(folder))
          .isInstanceOf(DeploymentException.class)
          .hasMessageContaining(each.getValue());
    }
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    refused(": neither brink.json nor main.js (expected: one of them)");
    file("brink.json", "{\"main\": \"a.js\"}");
    refused(": no file a.js (expected: the module main names)");
    assertThatThrownBy(() -> FunctionFolder.read(temp.resolve("none")))
        .hasMessage(temp.resolve("none") + ": not a folder (expected: a folder with brink.json)");
  }

  @Test
  void aManifestThatIsNoTextIsNamed() throws IOException {
    Files.write(folder.resolve("brink.json"), new byte[] {'{', (byte) 0xff, '}'});
    refused("/brink.json: not text in UTF-8 (expected: a manifest)");
  }

  @Test
  void linksLeadNowhereElse() throws IOException {
    file("main.js", "1");
    Files.createSymbolicLink(folder.resolve("again.js"), Path.of("main.js"));
    assertThat(((FunctionSpec) FunctionFolder.read(folder)).modules()).containsKey("again.js");

    Path outside = Files.writeString(temp.resolve("outside.txt"), "secret");
    Files.createSymbolicLink(folder.resolve("leak.txt"), outside);
    refused("/leak.txt: leads out of the folder (expected: files within it)");
  }

  @Test
  void aFolderThroughALinkIsTheFolder() throws IOException {
    file("main.js", "1");
    Path link = Files.createSymbolicLink(temp.resolve("link"), folder);

    assertThat(FunctionFolder.read(link).name()).isEqualTo("shop");
  }

  @Test
  void sizesAreBounded() throws IOException {
    file("main.js", "1");
    Files.write(folder.resolve("exact.bin"), new byte[ModuleFiles.MAX_BYTES - 1]);
    assertThat(((FunctionSpec) FunctionFolder.read(folder)).modules()).hasSize(2);
    file("more.txt", "1");
    refused(": more than 7 MiB of files (expected: a bundle)");

    Files.delete(folder.resolve("exact.bin"));
    for (int i = 0; i < ModuleFiles.MAX_FILES; i++) {
      file("many/" + i + ".js", "");
    }
    refused(": more than 1,000 files (expected: a bundle)");
  }

  private void refused(String message) {
    assertThatThrownBy(() -> FunctionFolder.read(folder))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("invalid-folder"))
        .hasMessage(folder + message);
  }

  private void file(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
