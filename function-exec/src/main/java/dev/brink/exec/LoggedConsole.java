package dev.brink.exec;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what functions print to the logger {@code dev.brink.function}. */
final class LoggedConsole implements ConsoleSink {
  private static final Logger log = LoggerFactory.getLogger("dev.brink.function");

  @Override
  public void print(String function, String requestId, Level level, String text) {
    switch (level) {
      case DEBUG -> log.debug("{} {} {}", function, requestId, text);
      case INFO -> log.info("{} {} {}", function, requestId, text);
      case WARN -> log.warn("{} {} {}", function, requestId, text);
      case ERROR -> log.error("{} {} {}", function, requestId, text);
    }
  }
}
