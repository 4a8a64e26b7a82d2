package dev.brink.mesh.cli;

import dev.brink.grid.file.WholeFile;
import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a process that is a node.
 *
 * @param readyFile gets where the node listens, as JSON, once it serves
 * @param untilStdinEnds whether it stops when standard input ends, as it does when a parent process
 *     is gone; a node that still starts gives up at once
 */
record NodeRun(
    Session session, NodeConfig config, @Nullable Path readyFile, boolean untilStdinEnds) {
  private static final Duration STOP_MARGIN = Duration.ofSeconds(20);

  /** Starts the node and returns when it has stopped. */
  void run() throws IOException, InterruptedException {
    StandaloneLog.start(config.log(), session.out());
    Logger log = LoggerFactory.getLogger("dev.brink.mesh.node");
    session
        .stop()
        .arm(config.shutdownGrace().plus(STOP_MARGIN), () -> log.info("stopped while it started"));
    if (untilStdinEnds) {
      Thread.ofPlatform().daemon().name("brink-stdin").start(this::watchStdin);
    }
    if (readyFile != null) {
      Files.deleteIfExists(readyFile);
    }
    try (NodeLauncher.Started started = session.launcher().start(config)) {
      session.stop().untidy();
      log.info(
          "node {} serves: ingress {}, admin {}, link {}, discovery port {}",
          started.name(),
          started.ingressUri(),
          started.adminUri(),
          started.linkAddress(),
          started.discoveryPort());
      if (readyFile != null) {
        writeReadyFile(readyFile, started);
      }
      session.stop().await();
      log.info("node {} stops", started.name());
    }
    log.info("stopped");
  }

  private void watchStdin() {
    try {
      while (session.in().read() >= 0) {
        // What is said does not matter; that somebody is there does.
      }
    } catch (IOException _) {
      // A broken pipe is an end too.
    }
    session.stop().requestOrEnd();
  }

  /** Moved into place whole, so that whoever waits for it reads all of it. */
  private void writeReadyFile(Path file, NodeLauncher.Started started) throws IOException {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("id", started.id());
    facts.put("name", started.name());
    facts.put("pid", ProcessHandle.current().pid());
    facts.put("ingress", started.ingressUri().toString());
    facts.put("admin", started.adminUri().toString());
    facts.put("link", started.linkAddress());
    facts.put("discovery", new HostPort(config.grid().bindAddress(), started.discoveryPort()));
    facts.put("dataDirectory", config.dataDirectory().toAbsolutePath().toString());
    WholeFile.write(file, JsonText.of(facts) + "\n");
  }
}
