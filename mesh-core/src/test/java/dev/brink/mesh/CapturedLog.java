package dev.brink.mesh;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** What a logger, and those below it, write until this is closed. Thread-safe. */
public final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final @Nullable Level before;
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
  private final BlockingQueue<ILoggingEvent> untaken = new LinkedBlockingQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          events.add(event);
          untaken.add(event);
        }
      };

  private CapturedLog(String name, @Nullable Level level) {
    logger = (Logger) LoggerFactory.getLogger(name);
    before = logger.getLevel();
    if (level != null) {
      logger.setLevel(level);
    }
    appender.start();
    logger.addAppender(appender);
  }

  /** At the level that it has. */
  public static CapturedLog of(String name) {
    return new CapturedLog(name, null);
  }

  /** At INFO until this is closed, whatever the log of the tests is set to. */
  public static CapturedLog of(Class<?> logger) {
    return of(logger.getName(), Level.INFO);
  }

  /** At a level of its own until this is closed. */
  public static CapturedLog of(String name, Level level) {
    return new CapturedLog(name, level);
  }

  /** In the order in which they were written. */
  public List<ILoggingEvent> events() {
    return events;
  }

  /** What they say. */
  public List<String> lines() {
    return events.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Takes the next one that was not taken yet; waits for it for half a minute at most. */
  public ILoggingEvent next() throws InterruptedException {
    ILoggingEvent next = untaken.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError(logger.getName() + " has written no more than " + lines());
    }
    return next;
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(before);
    appender.stop();
  }
}
