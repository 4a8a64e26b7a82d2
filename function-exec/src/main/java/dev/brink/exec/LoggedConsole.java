package dev.brink.exec;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what functions print to the logger {@code dev.brink.function}, each on one line. */
final class LoggedConsole implements ConsoleSink {
  private static final Logger log = LoggerFactory.getLogger("dev.brink.function");

  @Override
  public void print(String function, String requestId, Level level, String text) {
    String line = ConsoleSink.oneLine(text);
    switch (level) {
      case DEBUG -> log.debug("{} {} {}", function, requestId, line);
      case INFO -> log.info("{} {} {}", function, requestId, line);
      case WARN -> log.warn("{} {} {}", function, requestId, line);
      case ERROR -> log.error("{} {} {}", function, requestId, line);
    }
  }
}
