package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/metrics.md} says what a node exports, and nothing else. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(\\w+)` \\| (\\w+) \\| ([^|]*) \\|");
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\w+) (\\w+)$");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^(\\w+)(?:\\{([^}]*)})? ");

  @TempDir Path directory;

  @Test
  void thePageNamesWhatANodeExports() throws Exception {
    String page = Files.readString(PAGE);
    Map<String, String> said = new TreeMap<>();
    Map<String, Set<String>> saidLabels = new TreeMap<>();
    for (MatchResult row : ROW.matcher(page).results().toList()) {
      assertThat(said.put(row.group(1), row.group(2))).as("%s is there twice", row).isNull();
      saidLabels.put(row.group(1), words(row.group(3)));
    }
    String scraped = scrape();
    Map<String, String> exported = new TreeMap<>();
    TYPE.matcher(scraped).results().forEach(type -> exported.put(type.group(1), type.group(2)));
    Map<String, Set<String>> labels = labels(scraped, exported.keySet());
    // Which of these there are depends on the collector, and on whether it ran.
    for (String collectors : said.keySet().stream().filter(n -> n.startsWith("jvm_gc_")).toList()) {
      exported.putIfAbsent(collectors, said.get(collectors));
      labels.put(collectors, saidLabels.get(collectors));
    }
    assertThat(said).isEqualTo(exported);
    assertThat(saidLabels).isEqualTo(labels);
  }

  /** What labels a node gives, but for those of the format itself. */
  private static Map<String, Set<String>> labels(String scraped, Collection<String> names) {
    Map<String, Set<String>> labels = new TreeMap<>();
    names.forEach(name -> labels.put(name, new TreeSet<>()));
    for (MatchResult sample : SAMPLE.matcher(scraped).results().toList()) {
      String name = sample.group(1);
      String known = labels.containsKey(name) ? name : name.replaceAll("_(count|sum|bucket)$", "");
      if (sample.group(2) != null && labels.containsKey(known)) {
        labels.get(known).addAll(words(sample.group(2).replaceAll("\"[^\"]*\"", "")));
        labels.get(known).remove("le");
      }
    }
    return labels;
  }

  private static Set<String> words(String text) {
    return new TreeSet<>(
        Pattern.compile("\\w+").matcher(text).results().map(MatchResult::group).toList());
  }

  private String scrape() throws Exception {
    X509Bundle site =
        new CertificateBuilder()
            .subject("CN=site")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path chain = site.toTempCertChainPem().toPath();
    Path key = site.toTempPrivateKeyPem().toPath();
    try (TestMesh mesh =
        TestMesh.start(
            directory,
            1,
            (_, config) ->
                config
                    .ingress(ingress -> ingress.tlsCertificate(chain).tlsKey(key))
                    .dns(dns -> dns.zone("edge.example.com").port(0)))) {
      MeshNode node = mesh.node(0);
      node.deployments()
          .deploy(FunctionSpec.of("f", "export default { fetch: () => new Response('f') }", "/f"));
      node.deployments().invoke("default", "f", InvokeRequest.get("/f"));
      HttpRequest metrics =
          HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
              .header("authorization", "Bearer " + node.adminToken())
              .build();
      return mesh.client().send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    }
  }
}
