package dev.brink.exec;

/** Receives what functions print. Called on lanes: must not block. Lines are bounded. */
public interface ConsoleSink {
  /** {@code console.debug}, {@code log} and {@code info}, {@code warn}, {@code error}. */
  enum Level {
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /**
   * One call of a console method.
   *
   * @param function the {@linkplain FunctionBundle#name name} of the function
   * @param requestId of the invocation, or {@code -} while the module loads
   * @param text formatted, without control characters other than line feed and tab: what writes a
   *     record a line wants {@link #oneLine}, or a function can write records of its own making
   */
  void print(String function, String requestId, Level level, String text);

  /** The text with its line feeds escaped, as {@code \n}. */
  static String oneLine(String text) {
    return text.indexOf('\n') < 0 ? text : text.replace("\n", "\\n");
  }
}
