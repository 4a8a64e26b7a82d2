package dev.brink.mesh.config;

/**
 * How a standalone node logs. An embedding service's own logging is not touched.
 *
 * @param format one readable line per event, or one JSON object
 * @param level the least that is logged
 */
public record LogConfig(Format format, Level level) {
  /** What a logged event looks like. */
  public enum Format {
    TEXT,
    JSON
  }

  /** From the fewest events to the most. */
  public enum Level {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  Builder toBuilder() {
    return new Builder().format(format).level(level);
  }

  /** Defaults: {@code text}, {@code info}. */
  public static final class Builder {
    private Format format = Format.TEXT;
    private Level level = Level.INFO;

    Builder() {}

    public Builder format(Format newFormat) {
      format = newFormat;
      return this;
    }

    public Builder level(Level newLevel) {
      level = newLevel;
      return this;
    }

    LogConfig build() {
      return new LogConfig(format, level);
    }
  }
}
