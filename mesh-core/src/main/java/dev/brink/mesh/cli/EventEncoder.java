package dev.brink.mesh.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.brink.mesh.config.LogConfig;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/**
 * One line for each logged event, whatever is in it. Text: time, level, logger, message, key-value
 * pairs, and an exception with where it comes from. JSON: the same as one object.
 */
final class EventEncoder extends EncoderBase<ILoggingEvent> {
  /** What a function may print at once, and whose it is. */
  static final int MAX_MESSAGE = 20 << 10;

  private static final int MAX_VALUE = 1024;
  private static final int MAX_FRAMES = 12;
  private static final int MAX_CAUSES = 5;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  private final LogConfig.Format format;

  EventEncoder(LogConfig.Format format) {
    this.format = format;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    StringBuilder out = new StringBuilder(160);
    switch (format) {
      case TEXT -> text(out, event);
      case JSON -> json(out, event);
    }
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void text(StringBuilder out, ILoggingEvent event) {
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
    String level = event.getLevel().toString();
    out.append(' ').append(level).repeat(' ', 6 - level.length());
    out.append(shortName(event.getLoggerName())).append(": ");
    OneLine.append(out, String.valueOf(event.getFormattedMessage()), MAX_MESSAGE);
    for (KeyValuePair pair : pairs(event)) {
      out.append(' ');
      OneLine.append(out, pair.key, MAX_VALUE);
      out.append('=');
      OneLine.append(out, String.valueOf(pair.value), MAX_VALUE);
    }
    if (event.getThrowableProxy() != null) {
      out.append(" | ");
      OneLine.append(out, exception(event.getThrowableProxy()), MAX_MESSAGE);
    }
  }

  private static void json(StringBuilder out, ILoggingEvent event) {
    out.append("{\"time\":\"");
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), out);
    out.append("\",\"level\":\"").append(event.getLevel()).append('"');
    field(out, "logger", event.getLoggerName(), MAX_VALUE);
    field(out, "thread", event.getThreadName(), MAX_VALUE);
    field(out, "message", String.valueOf(event.getFormattedMessage()), MAX_MESSAGE);
    for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
      field(out, entry.getKey(), entry.getValue(), MAX_VALUE);
    }
    for (KeyValuePair pair : pairs(event)) {
      field(out, pair.key, String.valueOf(pair.value), MAX_VALUE);
    }
    if (event.getThrowableProxy() != null) {
      field(out, "exception", exception(event.getThrowableProxy()), MAX_MESSAGE);
    }
    out.append('}');
  }

  private static void field(StringBuilder out, String name, String value, int longest) {
    out.append(',');
    JsonText.quote(out, name);
    out.append(':');
    JsonText.quote(out, value.length() > longest ? value.substring(0, longest) + "…" : value);
  }

  private static List<KeyValuePair> pairs(ILoggingEvent event) {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null ? List.of() : pairs;
  }

  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  /** {@code Class: message at frame < frame …; caused by …}. */
  private static String exception(IThrowableProxy top) {
    StringBuilder out = new StringBuilder();
    IThrowableProxy thrown = top;
    for (int i = 0; thrown != null && i < MAX_CAUSES; i++) {
      out.append(i == 0 ? "" : "; caused by ").append(thrown.getClassName());
      if (thrown.getMessage() != null) {
        out.append(": ").append(thrown.getMessage());
      }
      StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
      for (int frame = 0; frame < Math.min(frames.length, MAX_FRAMES); frame++) {
        StackTraceElement at = frames[frame].getStackTraceElement();
        out.append(frame == 0 ? " at " : " < ").append(shortName(at.getClassName()));
        out.append('.').append(at.getMethodName()).append(':').append(at.getLineNumber());
      }
      thrown = thrown.getCause();
    }
    return out.toString();
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
