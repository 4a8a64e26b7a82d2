package dev.brink.mesh.function;

import dev.brink.exec.ConsoleSink;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What functions print goes to the log, a record a line, with the function, its version and the
 * request; and to whom listens to that request. Thread-safe.
 */
public final class ConsoleLog implements ConsoleSink {
  private static final Logger LOG = LoggerFactory.getLogger("dev.brink.console");

  private final Map<String, BiConsumer<Level, String>> listeners = new ConcurrentHashMap<>();

  /** Ends what {@link #listen} began. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Has somebody hear, too, of what is printed for one request.
   *
   * @param requestId of one request only, in the whole mesh: what that asks of functions on other
   *     nodes is under the same id there
   * @param listener called on a lane: it must not block
   */
  public Listening listen(String requestId, BiConsumer<Level, String> listener) {
    listeners.put(requestId, listener);
    return () -> listeners.remove(requestId);
  }

  @Override
  public void print(String function, String requestId, ConsoleSink.Level level, String text) {
    String line = ConsoleSink.oneLine(text);
    LOG.atLevel(of(level)).log("{} request {}: {}", function, requestId, line);
    BiConsumer<Level, String> listener = listeners.isEmpty() ? null : listeners.get(requestId);
    if (listener != null) {
      listener.accept(level, text);
    }
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
