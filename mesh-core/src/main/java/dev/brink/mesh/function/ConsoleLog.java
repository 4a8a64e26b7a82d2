package dev.brink.mesh.function;

import dev.brink.exec.ConsoleSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What functions print goes to the log, with the function, its version and the request. */
public final class ConsoleLog implements ConsoleSink {
  private static final Logger LOG = LoggerFactory.getLogger("dev.brink.console");

  @Override
  public void print(String function, String requestId, ConsoleSink.Level level, String text) {
    LOG.atLevel(of(level)).log("{} request {}: {}", function, requestId, text);
  }

  private static org.slf4j.event.Level of(ConsoleSink.Level level) {
    return switch (level) {
      case DEBUG -> org.slf4j.event.Level.DEBUG;
      case INFO -> org.slf4j.event.Level.INFO;
      case WARN -> org.slf4j.event.Level.WARN;
      case ERROR -> org.slf4j.event.Level.ERROR;
    };
  }
}
