package dev.brink.mesh.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import dev.brink.mesh.config.LogConfig;
import java.io.OutputStream;
import org.slf4j.LoggerFactory;

/** Sets logging up for a process that is ours; a backend other than Logback is left alone. */
final class StandaloneLog {
  /** Sends events to {@code out} from now on, as {@code config} says. */
  static void start(LogConfig config, OutputStream out) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    EventEncoder encoder = new EventEncoder(config.format());
    encoder.setContext(context);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(new Unclosable(out));
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(quieter(level(config.level()), Level.INFO));
    context.getLogger("dev.brink").setLevel(level(config.level()));
    // The grid itself says who comes and goes; Ignite's warnings are about options it is not given.
    context.getLogger("org.apache.ignite").setLevel(Level.ERROR);
  }

  /** Others' details help nobody: below {@code info} only our own events are logged. */
  private static Level quieter(Level one, Level other) {
    return one.isGreaterOrEqual(other) ? one : other;
  }

  private static Level level(LogConfig.Level level) {
    return switch (level) {
      case ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> Level.INFO;
      case DEBUG -> Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  private StandaloneLog() {}
}
