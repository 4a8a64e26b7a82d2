package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.wire.AdminJson;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeCommandTest {
  @TempDir Path folder;
  private final AtomicReference<NodeConfig> started = new AtomicReference<>();
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Run run = new Run().launcher(this::start);

  private NodeLauncher.Started start(NodeConfig config) {
    started.set(config);
    return new FakeStarted();
  }

  @Test
  void flagsGoBeforeVariablesBeforeTheFile() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("brink.conf"), "node.name = file\nlink.port = 1\nadmin.port = 1");
    run.environment("BRINK_NODE_NAME", "variable").environment("BRINK_ADMIN_PORT", "2");
    run.stop.request();

    int code =
        run.run(
            "node",
            "--config",
            file.toString(),
            "--name",
            "flag",
            "--data-directory",
            folder.toString(),
            "--seed",
            "h:1",
            "--seed",
            "i:2",
            "--set",
            "grid.preset=wan",
            "--ingress-port",
            "0");

    assertThat(code).isZero();
    NodeConfig config = Objects.requireNonNull(started.get());
    assertThat(config.name()).isEqualTo("flag");
    assertThat(config.admin().port()).isEqualTo(2);
    assertThat(config.link().port()).isEqualTo(1);
    assertThat(config.ingress().port()).isZero();
    assertThat(config.dataDirectory()).isEqualTo(folder);
    assertThat(config.grid().preset()).isEqualTo(GridConfig.Preset.WAN);
    assertThat(config.grid().seeds()).containsExactly(new HostPort("h", 1), new HostPort("i", 2));
    assertThat(closed.getCount()).isZero();
  }

  @Test
  void badConfigurationIsUsage() {
    assertThat(run.run("node", "--set", "ingress.prot=1")).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "brink node: ingress.prot: unknown key (expected: a key of docs/configuration.md), did"
                + " you mean ingress.port?\n");
    assertThat(started.get()).isNull();
  }

  @Test
  void checkPrintsWhatWouldHold() {
    assertThat(run.run("node", "--check", "--set", "admin.token=0123456789abcdef0")).isZero();
    assertThat(run.out()).contains("ingress.port = 8080\n").doesNotContain("0123456789abcdef0");
    assertThat(started.get()).isNull();

    Run json = new Run();
    assertThat(json.run("node", "--check", "--json")).isZero();
    assertThat(AdminJson.parse(json.out(), Struct.newBuilder()).getFieldsOrThrow("link.port"))
        .extracting(value -> value.getStringValue())
        .isEqualTo("7400");
  }

  @Test
  void checkLooksAtTheKeyFiles() throws Exception {
    X509Bundle ca =
        new CertificateBuilder()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Instant now = Instant.now();
    X509Bundle node = certificate(ca, now.plusSeconds(30 * 86_400));
    X509Bundle other = certificate(ca, now.plusSeconds(30 * 86_400));
    X509Bundle expired = certificate(ca, now.minusSeconds(3600));
    String chain = node.toTempCertChainPem().getPath();
    String key = node.toTempPrivateKeyPem().getPath();
    String authority = ca.toTempCertChainPem().getPath();
    Path none = folder.resolve("none.pem");

    assertThat(check(chain, key, authority)).isEmpty();
    assertThat(check(chain, none.toString(), authority))
        .isEqualTo(
            "brink node: tls.key: %s cannot be read (expected: a file that the node may read, 1 MiB at most)\n"
                .formatted(none));
    assertThat(check(none.toString(), key, authority)).startsWith("brink node: tls.certificate: ");
    assertThat(check(chain, key, none.toString())).startsWith("brink node: tls.ca: " + none);
    assertThat(check(chain, chain, authority))
        .isEqualTo(
            "brink node: tls.key: %s has no such key (expected: a PEM key in PKCS#8, not encrypted: BEGIN PRIVATE KEY)\n"
                .formatted(chain));
    String others = other.toTempPrivateKeyPem().getPath();
    assertThat(check(chain, others, authority))
        .isEqualTo(
            "brink node: tls.key: %s belongs to another certificate (expected: that of %s)\n"
                .formatted(others, chain));
    String old = expired.toTempCertChainPem().getPath();
    assertThat(check(old, expired.toTempPrivateKeyPem().getPath(), authority))
        .startsWith("brink node: tls.certificate: " + old + " has expired, at ");
    assertThat(started.get()).isNull();
  }

  @Test
  void checkLooksAtTheIngressCertificateAndAtTheKeysOfSecrets() {
    Path none = folder.resolve("none");
    Run ingress = new Run();
    assertThat(
            ingress.run(
                "node",
                "--check",
                "--set",
                "ingress.tls.certificate=" + none,
                "--set",
                "ingress.tls.key=" + none))
        .isEqualTo(1);
    assertThat(ingress.err()).startsWith("brink node: ingress.tls.certificate: " + none);

    assertThat(run.run("node", "--check", "--set", "secrets.key-file=" + none)).isEqualTo(1);
    assertThat(run.err())
        .isEqualTo(
            "brink node: secrets.key-file: %s cannot be read (expected: a file that the node may read)\n"
                .formatted(none));
    assertThat(run.out()).isEmpty();
  }

  @Test
  void checkWarnsOfAnIngressCertificateThatClientsRefuseOrSoonWill() throws Exception {
    X509Bundle ca =
        new CertificateBuilder()
            .subject("CN=authority")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Instant ended = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.SECONDS);
    Instant ends = ended.plusSeconds(13 * 86_400);
    for (X509Bundle one : List.of(certificate(ca, ended), certificate(ca, ends))) {
      Run ingress = new Run();
      String chain = one.toTempCertChainPem().getPath();
      int code =
          ingress.run(
              "node",
              "--check",
              "--set",
              "ingress.tls.certificate=" + chain,
              "--set",
              "ingress.tls.key=" + one.toTempPrivateKeyPem().getPath());
      assertThat(code).isZero();
      assertThat(ingress.out()).contains("ingress.tls.certificate = " + chain + "\n");
      assertThat(ingress.err())
          .isIn(
              "brink node: warning: ingress.tls.certificate: %s has expired, at %s (expected: one that is valid now)\n"
                  .formatted(chain, ended),
              "brink node: warning: ingress.tls.certificate: %s is valid only until %s (expected: a newer one, and a restart of the node, by then)\n"
                  .formatted(chain, ends));
    }
  }

  private static X509Bundle certificate(X509Bundle ca, Instant until) throws Exception {
    return new CertificateBuilder()
        .subject("CN=node")
        .notBefore(until.minusSeconds(60 * 86_400))
        .notAfter(until)
        .buildIssuedBy(ca);
  }

  /** What {@code --check} has against these files. */
  private static String check(String certificate, String key, String ca) {
    Run run = new Run();
    int code =
        run.run(
            "node",
            "--check",
            "--set",
            "tls.certificate=" + certificate,
            "--set",
            "tls.key=" + key,
            "--set",
            "tls.ca=" + ca);
    assertThat(code).isEqualTo(run.err().isEmpty() ? 0 : 1);
    return run.err();
  }

  @Test
  void theReadyFileSaysWhereTheNodeListensAndTheEndOfInputStopsIt() throws Exception {
    Path ready = folder.resolve("ready.json");
    PipedOutputStream parent = new PipedOutputStream();
    run.in(new PipedInputStream(parent));
    CompletableFuture<Integer> code =
        CompletableFuture.supplyAsync(
            () -> run.run("node", "--until-stdin-ends", "--ready-file", ready.toString()));
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
    while (!Files.exists(ready) && !code.isDone()) {
      Thread.onSpinWait();
    }
    Struct facts = AdminJson.parse(Files.readString(ready), Struct.newBuilder()).build();
    assertThat(facts.getFieldsOrThrow("ingress").getStringValue()).isEqualTo("http://h:1");
    assertThat(facts.getFieldsOrThrow("admin").getStringValue()).isEqualTo("http://h:2");
    assertThat(facts.getFieldsOrThrow("discovery").getStringValue()).isEqualTo("127.0.0.1:4");
    assertThat(facts.getFieldsOrThrow("pid").getNumberValue())
        .isEqualTo((double) ProcessHandle.current().pid());
    assertThat(closed.getCount()).isOne();

    parent.close();

    assertThat(code.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(closed.getCount()).isZero();
    assertThat(run.out())
        .contains("INFO  node: node n serves: ingress http://h:1, admin http://h:2, link h:3")
        .contains("INFO  node: stopped");
  }

  @Test
  void aReadyFileOfAnEarlierNodeIsGoneBeforeThisOneServes() throws Exception {
    Path ready = Files.writeString(folder.resolve("ready.json"), "{}");
    run.launcher(
        _ -> {
          assertThat(ready).doesNotExist();
          return new FakeStarted();
        });
    run.stop.request();

    assertThat(run.run("node", "--ready-file", ready.toString())).isZero();
    assertThat(ready).content().contains("http://h:1");
  }

  private Process inFolder(Class<?> program, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
  }

  @Test
  void theFileOfThisFolderMayIncludeAnother() throws Exception {
    Files.writeString(folder.resolve("brink.conf"), "include \"more.conf\"");
    Files.writeString(folder.resolve("more.conf"), "node.name = included");
    Process process = inFolder(Brink.class, "node", "--check");
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.lines()).contains("node.name = included");
    } finally {
      process.destroyForcibly();
    }
  }

  /** The process of a node that never gets further than its start. */
  static final class Starting {
    private Starting() {}

    public static void main(String[] arguments) {
      Session process =
          Session.ofProcess(
              _ -> {
                System.err.println("starts");
                LockSupport.park();
                throw new IllegalStateException("woken");
              });
      process.exit(Brink.run(process, "node", "--set", "shutdown.grace=5m", "--until-stdin-ends"));
    }
  }

  /** The process of a node that has nothing to tidy up. */
  static final class Serving {
    private Serving() {}

    public static void main(String[] arguments) {
      NodeCommandTest test = new NodeCommandTest();
      Session process = Session.ofProcess(test::start);
      process.exit(Brink.run(process, "node"));
    }
  }

  /** Which of two threads ends the process first was open. */
  @RepeatedTest(4)
  void aNodeThatASignalStoppedEndsWithItsCode() throws Exception {
    Process process = inFolder(Serving.class);
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).contains("node n serves");
      assertThat(process.toHandle().destroy()).isTrue();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
      assertThat(out.lines()).last().asString().endsWith("INFO  node: stopped");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aSignalEndsANodeThatStartsAtOnce() throws Exception {
    assertThat(endedAsItStarted(process -> process.toHandle().destroy())).isEqualTo(143);
  }

  @Test
  void theEndOfInputEndsANodeThatStartsAtOnce() throws Exception {
    assertThat(endedAsItStarted(process -> process.getOutputStream().close())).isZero();
  }

  private interface Ending {
    void end(Process process) throws IOException;
  }

  private int endedAsItStarted(Ending ending) throws Exception {
    Process process = inFolder(Starting.class);
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.equals("starts")) {
        line = out.readLine();
      }
      assertThat(line).isNotNull();
      ending.end(process);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(out.readLine()).endsWith("INFO  node: stopped while it started");
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aNodeThatCannotStartIsOneLine() {
    run.launcher(
        _ -> {
          throw new IOException("port 8080: in use");
        });

    assertThat(run.run("node")).isEqualTo(1);
    assertThat(run.err()).isEqualTo("brink node: port 8080: in use\n");
  }

  /** Such exceptions have nothing but the file as their message. */
  @Test
  void aFileThatIsWrongIsNamedWithWhatIsWrong() {
    Map<IOException, String> errors =
        Map.of(
            new FileAlreadyExistsException("d/cache"), "it is there already, and no directory",
            new AccessDeniedException("d/cache"), "this user may not do that with it",
            new FileSystemException("d/cache", null, "Read-only file system"),
                "Read-only file system");
    errors.forEach(
        (error, shown) -> {
          Run one =
              new Run()
                  .launcher(
                      _ -> {
                        throw error;
                      });
          assertThat(one.run("node")).isEqualTo(1);
          assertThat(one.err()).isEqualTo("brink node: d/cache: " + shown + "\n");
        });
  }

  /** A node that only says where it would listen. */
  private final class FakeStarted implements NodeLauncher.Started {
    FakeStarted() {
      running.countDown();
    }

    @Override
    public String id() {
      return "id";
    }

    @Override
    public String name() {
      return "n";
    }

    @Override
    public URI ingressUri() {
      return URI.create("http://h:1");
    }

    @Override
    public URI adminUri() {
      return URI.create("http://h:2");
    }

    @Override
    public String linkAddress() {
      return "h:3";
    }

    @Override
    public int discoveryPort() {
      return 4;
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }
}
