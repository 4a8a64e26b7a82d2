package dev.brink.grid;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.ignite.IgniteLogger;
import org.apache.ignite.internal.cluster.ClusterTopologyCheckedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Ignite's log in SLF4J, under {@code org.apache.ignite}. What Ignite calls information is for
 * those who debug Ignite, so it arrives as debug; debug arrives as trace.
 */
final class Slf4jIgniteLogger implements IgniteLogger {
  private final Logger log;
  private final AtomicBoolean stopping;

  private Slf4jIgniteLogger(Logger log, AtomicBoolean stopping) {
    this.log = log;
    this.stopping = stopping;
  }

  static Slf4jIgniteLogger create() {
    return new Slf4jIgniteLogger(LoggerFactory.getLogger("org.apache.ignite"), new AtomicBoolean());
  }

  /** From now on all of it is debug: what breaks while Ignite is torn down concerns nobody. */
  void stopping() {
    stopping.set(true);
  }

  @Override
  public IgniteLogger getLogger(@Nullable Object category) {
    String name =
        switch (category) {
          case null -> "org.apache.ignite";
          case Class<?> type -> type.getName();
          default -> category.toString();
        };
    return new Slf4jIgniteLogger(LoggerFactory.getLogger(name), stopping);
  }

  @Override
  public void trace(String message) {
    log.trace(message);
  }

  @Override
  public void debug(String message) {
    log.trace(message);
  }

  @Override
  public void info(String message) {
    log.debug(message);
  }

  @Override
  public void warning(String message, @Nullable Throwable failure) {
    log.atLevel(level(Level.WARN, failure)).setCause(failure).log(message);
  }

  @Override
  public void error(String message, @Nullable Throwable failure) {
    log.atLevel(level(Level.ERROR, failure)).setCause(failure).log(message);
  }

  @Override
  public boolean isTraceEnabled() {
    return log.isTraceEnabled();
  }

  @Override
  public boolean isDebugEnabled() {
    return log.isTraceEnabled();
  }

  @Override
  public boolean isInfoEnabled() {
    return log.isDebugEnabled();
  }

  @Override
  public boolean isQuiet() {
    return false;
  }

  @Override
  public @Nullable String fileName() {
    return null;
  }

  /**
   * That a member left while it was sent something is no trouble: Ignite sends it to another one.
   */
  private Level level(Level wanted, @Nullable Throwable failure) {
    return stopping.get() || failure instanceof ClusterTopologyCheckedException
        ? Level.DEBUG
        : wanted;
  }
}
