package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the launcher in a tree of its own, whose Maven is a script that "builds" these classes. */
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "sh",
          "cat",
          "date",
          "dirname",
          "find",
          "grep",
          "head",
          "ln",
          "mkdir",
          "mv",
          "readlink",
          "rm",
          "sed",
          "sleep",
          "tail");
  private static final String BUILDS =
      """
      mkdir -p samples/target
      printf '%s' "$TEST_CLASSPATH" >samples/target/brink.classpath
      """;
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  @TempDir Path temp;
  private Path tree;
  private Path bin;
  private Path link;

  @BeforeEach
  void makeTree() throws IOException {
    tree = Files.createDirectories(temp.resolve("a folder/brink's tree")).toRealPath();
    bin = Files.createDirectory(temp.resolve("bin"));
    for (String tool : TOOLS) {
      offer(tool);
    }
    Files.copy(Path.of("..", "brink"), tree.resolve("brink"));
    executable(tree.resolve("brink"));
    Files.writeString(tree.resolve("pom.xml"), "<project/>");
    Files.createDirectories(tree.resolve("mesh-core/src/main"));
    Files.createDirectories(tree.resolve("samples/functions"));
    Files.writeString(tree.resolve("mesh-core/src/main/A.java"), "class A {}");
    link = Files.createSymbolicLink(temp.resolve("link"), Path.of("bin/../link2"));
    Files.createSymbolicLink(temp.resolve("link2"), tree.resolve("brink"));
    maven(BUILDS);
  }

  private void offer(String tool) throws IOException {
    Files.createSymbolicLink(bin.resolve(tool), installed(tool).orElseThrow());
  }

  private static Optional<Path> installed(String tool) {
    return Stream.of("/bin", "/usr/bin")
        .map(folder -> Path.of(folder, tool))
        .filter(Files::exists)
        .findFirst();
  }

  private void maven(String script) throws IOException {
    Path mvn = bin.resolve("mvn");
    Files.writeString(
        mvn,
        "#!/bin/sh\nset -e\necho \"$JAVA_HOME\" >>\"$BUILDS\"\necho \"[INFO] Building x 1\"\n"
            + script);
    executable(mvn);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private record Outcome(int code, String out, String err) {}

  private ProcessBuilder launcher(String... arguments) {
    List<String> command = Stream.concat(Stream.of(link.toString()), Stream.of(arguments)).toList();
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", bin.toString());
    builder.environment().put("HOME", temp.toString());
    builder.environment().put("BRINK_JAVA_HOME", JDK.toString());
    builder.environment().put("TEST_CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("BUILDS", temp.resolve("builds").toString());
    return builder;
  }

  private Outcome run(ProcessBuilder builder) throws IOException, InterruptedException {
    Path out = Files.createTempFile(temp, "out", "");
    Path err = Files.createTempFile(temp, "err", "");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private List<String> builds() throws IOException {
    Path builds = temp.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds) : List.of();
  }

  @Test
  void buildsOnFirstUseAndWhenSourcesAreNewer() throws Exception {
    Outcome first = run(launcher("version", "--json"));
    assertThat(first.err()).contains("brink: building (first use), log in ").contains("built in");
    assertThat(first.out()).startsWith("{\"version\":\"").hasLineCount(1);
    assertThat(first.code()).isZero();
    assertThat(builds()).containsExactly(JDK.toString());

    Outcome second = run(launcher("version"));
    assertThat(second.err()).isEmpty();
    assertThat(second.out()).startsWith("brink ");
    assertThat(builds()).hasSize(1);

    Files.setLastModifiedTime(
        tree.resolve("mesh-core/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(5)));
    Outcome third = run(launcher("version"));
    assertThat(third.err()).contains("building (mesh-core/src/main/A.java changed)");
    assertThat(builds()).hasSize(2);
  }

  @Test
  void buildsWhenALibraryIsGone() throws Exception {
    run(launcher("version"));
    Files.setLastModifiedTime(
        tree.resolve("target/launcher/stamp"), FileTime.from(Instant.now().plusSeconds(60)));
    Files.writeString(
        tree.resolve("target/launcher/classpath"),
        System.getProperty("java.class.path") + ":/nowhere/gone.jar\n");

    assertThat(run(launcher("version")).err()).contains("building (/nowhere/gone.jar is gone)");
  }

  @Test
  void passesArgumentsAndExitCodesOn() throws Exception {
    Outcome outcome = run(launcher("node", "--check", "--set", "node.name=a  'b' $c"));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("brink node: node.name: a  'b' $c (expected:");
    assertThat(run(launcher()).code()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"version, true", "bench, false", "demo, false", "node, false"})
  void whatStartsNodesRunsAsNodesDo(String command, boolean quick) throws Exception {
    ProcessBuilder launcher = launcher(command, "--help");
    launcher.environment().put("BRINK_JAVA_OPTS", "-XX:+PrintCommandLineFlags");
    Outcome outcome = run(launcher);
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out().contains("-XX:TieredStopAtLevel=1")).isEqualTo(quick);
  }

  @Test
  void isTheJavaProcessItStarts() throws Exception {
    run(launcher("version"));
    Process process =
        launcher("invoke", "x", "-d", "@-", "--admin", "http://127.0.0.1:1", "--token", "t")
            .redirectErrorStream(true)
            .start();
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!process.info().command().orElse("").endsWith("/bin/java")) {
        assertThat(System.nanoTime() - end).isNegative();
        assertThat(process.isAlive()).isTrue();
        Thread.onSpinWait();
      }
      process.getOutputStream().close();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(said).contains("mesh-unreachable");
      assertThat(process.waitFor()).isEqualTo(1);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void noJdkIsOneMessage() throws Exception {
    ProcessBuilder launcher = launcher("version");
    launcher.environment().remove("BRINK_JAVA_HOME");
    launcher.environment().put("JAVA_HOME", jdk("17.0.2").toString());
    launcher.environment().put("BRINK_JDK_FOLDERS", temp + ":/nowhere");

    Outcome outcome = run(launcher);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("brink: no JDK 25 found in BRINK_JAVA_HOME, JAVA_HOME, PATH or the usual")
        .contains("adoptium.net")
        .hasLineCount(1);
  }

  @Test
  void aWrongJdkIsNamed() throws Exception {
    ProcessBuilder launcher = launcher("version");
    launcher.environment().put("BRINK_JAVA_HOME", jdk("26.0.1").toString());

    Outcome outcome = run(launcher);

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo(
            "brink: BRINK_JAVA_HOME: "
                + temp.resolve("jdk 26.0.1")
                + " (expected: the home of a JDK 25, this is 26.0.1)\n");
  }

  @Test
  void findsAJdkInItsFolders() throws Exception {
    Path folder = Files.createDirectory(temp.resolve("my jdks"));
    Files.createSymbolicLink(folder.resolve("an other name"), JDK);
    ProcessBuilder launcher = launcher("version");
    launcher.environment().remove("BRINK_JAVA_HOME");
    launcher.environment().put("BRINK_JDK_FOLDERS", "/nowhere:" + folder);

    assertThat(run(launcher).out()).startsWith("brink ");
  }

  private Path jdk(String version) throws IOException {
    Path home = temp.resolve("jdk " + version);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
    for (String program : List.of("java", "javac")) {
      executable(Files.writeString(home.resolve("bin").resolve(program), "#!/bin/sh\nexit 9\n"));
    }
    return home;
  }

  @Test
  void aFailedBuildShowsItsErrors() throws Exception {
    maven("echo '[INFO] noise'\necho '[ERROR] A.java:[1,2] broken'\nexit 1\n");

    Outcome outcome = run(launcher("version"));

    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .contains("[ERROR] A.java:[1,2] broken\nbrink: the build failed, log in " + tree)
        .doesNotContain("noise");
    assertThat(tree.resolve("target/launcher/build.log")).content().contains("noise");
    Path lock = tree.resolve("target/launcher/build.owner");
    assertThat(Files.exists(lock, LinkOption.NOFOLLOW_LINKS)).isFalse();
    assertThat(run(launcher("version")).code()).isEqualTo(1);
    assertThat(builds()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoLaunchesBuildOnce(boolean flock) throws Exception {
    if (flock) {
      offerFlock();
    }
    maven("sleep 1\n" + BUILDS);
    Process other = launcher("version").redirectErrorStream(true).start();
    try {
      Outcome outcome = run(launcher("version"));

      assertThat(outcome.code()).isZero();
      other.getInputStream().readAllBytes();
      assertThat(other.waitFor()).isZero();
      assertThat(builds()).hasSize(1);
    } finally {
      other.destroyForcibly();
    }
  }

  private void offerFlock() throws IOException {
    assumeThat(installed("flock")).isPresent();
    offer("flock");
  }

  /** As on a file system without locks, or in a shell that closes the file for its children. */
  @ParameterizedTest
  @ValueSource(strings = {"exit 65", "echo 'flock: Function not implemented' >&2; exit 1"})
  void buildsWhereFlockCantLock(String flock) throws Exception {
    executable(Files.writeString(bin.resolve("flock"), "#!/bin/sh\n" + flock + "\n"));
    Outcome outcome = run(launcher("version"));
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).doesNotContain("waiting");
    assertThat(builds()).hasSize(1);
  }

  @Test
  void oneThatWaitsOutlivesTheRemovalOfTheTarget() throws Exception {
    offerFlock();
    Path go = temp.resolve("go");
    maven("until [ -e '%s' ]; do sleep 0.1; done\n".formatted(go) + BUILDS);
    Path folder = Files.createDirectories(tree.resolve("target/launcher"));
    Path held = temp.resolve("held");
    String holds = "touch '%s'; exec sleep 100".formatted(held);
    Process holder =
        new ProcessBuilder("flock", folder.resolve("build.lock").toString(), "sh", "-c", holds)
            .start();
    Process waiting = null;
    try {
      awaitThat(() -> Files.exists(held)); // the lock's file is there before it is locked
      Path told = temp.resolve("told");
      waiting = launcher("version").redirectError(told.toFile()).start();
      awaitThat(() -> Files.readString(told).contains("waiting for another build"));
      Files.delete(folder.resolve("build.lock"));
      Files.delete(folder);
      awaitThat(() -> builds().size() == 1);
      assertThat(folder.resolve("build.lock")).hasContent(waiting.pid() + "\n");
      Files.createFile(go);
      assertThat(waiting.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(waiting.exitValue()).isZero();
    } finally {
      if (!Files.exists(go)) {
        Files.createFile(go);
      }
      holder.descendants().forEach(ProcessHandle::destroyForcibly);
      holder.destroyForcibly();
      if (waiting != null) {
        waiting.destroyForcibly();
      }
    }
  }

  @Test
  void aLockWhoseOwnerIsGoneIsTakenOver() throws Exception {
    Process gone = new ProcessBuilder("sh", "-c", "exit 0").start();
    gone.waitFor();
    Files.createDirectories(tree.resolve("target/launcher"));
    Path lock = tree.resolve("target/launcher/build.owner");
    Files.createSymbolicLink(lock, Path.of(String.valueOf(gone.pid())));

    assertThat(run(launcher("version")).code()).isZero();
    assertThat(Files.exists(lock, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  /** What it had started builds on in the same folders, so the next one must not. */
  @Test
  void theMavenOfAKilledLauncherIsWaitedFor() throws Exception {
    offerFlock();
    Path go = temp.resolve("go");
    maven("until [ -e '%s' ]; do sleep 0.1; done\n".formatted(go) + BUILDS);
    Process killed = launcher("version").redirectErrorStream(true).start();
    Process next = null;
    try {
      awaitThat(() -> !builds().isEmpty());
      killed.destroyForcibly().waitFor();
      Path err = temp.resolve("next.err");
      next = launcher("version").redirectError(err.toFile()).start();
      awaitThat(
          () ->
              Files.readString(err)
                  .equals("brink: waiting for another build (process " + killed.pid() + ")\n"));
      assertThat(builds()).hasSize(1);
      Files.createFile(go);
      assertThat(next.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(next.exitValue()).isZero();
      assertThat(builds()).hasSize(2);
    } finally {
      if (!Files.exists(go)) {
        Files.createFile(go);
      }
      killed.destroyForcibly();
      if (next != null) {
        next.destroyForcibly();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSignalEndsWhatFollowsTheBuild(boolean flock) throws Exception {
    if (flock) {
      offerFlock();
    }
    Path home = jdk("25.0.1");
    Path started = temp.resolve("started");
    executable(
        Files.writeString(
            home.resolve("bin/java"),
            """
            #!/bin/sh
            echo $$ >'%1$s.new'
            mv '%1$s.new' '%1$s'
            exec sleep 1000
            """
                .formatted(started)));
    ProcessBuilder builder = launcher("version");
    builder.environment().put("BRINK_JAVA_HOME", home.toString());
    Process launcher = builder.redirectErrorStream(true).start();
    try {
      awaitThat(() -> Files.exists(started));
      long child = Long.parseLong(Files.readString(started).strip());
      launcher.destroy();
      assertThat(launcher.waitFor(100, TimeUnit.SECONDS)).isTrue();
      assertThat(launcher.exitValue()).isEqualTo(143);
      assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
      Path lock = tree.resolve("target/launcher/build.owner");
      assertThat(Files.exists(lock, LinkOption.NOFOLLOW_LINKS)).isFalse();
    } finally {
      launcher.descendants().forEach(ProcessHandle::destroyForcibly);
      launcher.destroyForcibly();
    }
  }

  private static void awaitThat(Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.call()) {
      assertThat(System.nanoTime()).as("waited for 60 s").isLessThan(end);
      Thread.sleep(20);
    }
  }
}
