package dev.brink.mesh.cli;

import dev.brink.mesh.config.LogConfig;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.slf4j.LoggerFactory;

/**
 * The process of a {@link DemoNode}. Its arguments are the ready file and options as {@code
 * KEY=VALUE}; it runs until its standard input ends. The parser of command lines, which the JVM
 * can't archive as its class files are too old, would take a fourteenth of the time to start.
 */
final class ChildNode {
  private ChildNode() {}

  /** Runs the node and exits, with 0 if it was stopped and 1 if it failed. */
  public static void main(String[] args) {
    Session session = Session.ofProcess(MeshNodeLauncher::start);
    session.exit(run(session, args));
  }

  private static int run(Session session, String... args) {
    StandaloneLog.start(new LogConfig(LogConfig.Format.TEXT, LogConfig.Level.WARN), session.err());
    try {
      NodeConfig.Builder config = NodeConfig.read(session.environment());
      Arrays.stream(args)
          .skip(1)
          .map(setting -> setting.split("=", 2))
          .forEach(setting -> config.set(setting[0], setting[1]));
      new NodeRun(session, config.build(), Path.of(args[0]), true).run();
      return 0;
    } catch (IOException | RuntimeException e) {
      LoggerFactory.getLogger(ChildNode.class).error("the node failed", e);
      return 1;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }
}
