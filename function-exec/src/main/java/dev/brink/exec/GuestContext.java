package dev.brink.exec;

import dev.brink.exec.engine.EngineJson;
import dev.brink.exec.module.BundleModules;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * A context in which nothing of the host can be reached. What it wraps is reached by nobody else:
 * how it is closed decides whether its engine may be.
 */
final class GuestContext implements AutoCloseable {
  /** What ends a context, as {@link Context#close(boolean)} does. */
  interface Closer {
    /**
     * Closes it.
     *
     * @param stop whether to stop what runs there
     */
    void close(Context context, boolean stop);
  }

  private final Context context;
  private final EngineJson json;
  private final Closer closer;
  private boolean begun;

  /**
   * @param json of its engine
   */
  GuestContext(Context context, EngineJson json, Closer closer) {
    this.context = context;
    this.json = json;
    this.closer = closer;
  }

  /**
   * Evaluates a source.
   *
   * @throws org.graalvm.polyglot.PolyglotException when it fails, or the context is stopped
   */
  Value eval(Source source) {
    if (!begun) {
      begin();
      begun = true;
    }
    return context.eval(source);
  }

  /**
   * With the first source, as that is where the time and memory that it takes are accounted for.
   */
  private void begin() {
    context.initialize("js");
    context.enter();
    try {
      BundleModules.install();
    } finally {
      context.leave();
    }
  }

  /** A parser of JSON texts, as a function of its own. Within it only. */
  Object jsonParser() {
    return json.parser();
  }

  /** A writer of JSON texts, likewise. */
  Object jsonWriter() {
    return json.writer();
  }

  /**
   * Stops what runs there and closes it. Any thread.
   *
   * @throws org.graalvm.polyglot.PolyglotException when the engine fails
   */
  void stop() {
    closer.close(context, true);
  }

  /**
   * Closes it.
   *
   * @throws IllegalStateException when another thread runs there
   * @throws org.graalvm.polyglot.PolyglotException when the engine fails, or it was stopped
   */
  @Override
  public void close() {
    closer.close(context, false);
  }
}
