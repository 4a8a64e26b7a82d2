package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.google.protobuf.Struct;
import dev.brink.mesh.config.LogConfig;
import dev.brink.mesh.wire.AdminJson;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class EventEncoderTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void textIsOneReadableLine() {
    LoggingEvent event = event("a\nb\033[31m\u2028{}", null, "x");
    event.addKeyValuePair(new KeyValuePair("function", "hello\rworld"));

    assertThat(text(event))
        .isEqualTo(
            "1970-01-01T00:00:01.500Z WARN  Ingress: a\\nb\\u{1b}[31m\\u{2028}x"
                + " function=hello\\rworld\n");
  }

  @Test
  void anExceptionIsOnTheSameLine() {
    LoggingEvent event =
        event("failed", new IllegalStateException("no\nway", new RuntimeException("deep")));

    assertThat(text(event))
        .contains(
            "Ingress: failed | java.lang.IllegalStateException: no\\nway at EventEncoderTest.")
        .contains("; caused by java.lang.RuntimeException: deep at ")
        .hasLineCount(1);
  }

  @Test
  void messagesAreBounded() {
    String line = text(event("x".repeat(EventEncoder.MAX_MESSAGE + 5), null));

    assertThat(line).endsWith("… (5 more)\n").hasSizeLessThan(EventEncoder.MAX_MESSAGE + 100);
  }

  @Test
  void jsonIsOneObject() {
    LoggingEvent event = event("say \"hi\"\u0007\n", new IllegalStateException("no"));
    event.addKeyValuePair(new KeyValuePair("request", "7"));
    event.setMDCPropertyMap(Map.of("tenant", "acme"));

    String line = encode(LogConfig.Format.JSON, event);

    assertThat(line).hasLineCount(1).endsWith("}\n");
    Struct object = AdminJson.parse(line, Struct.newBuilder()).build();
    assertThat(object.getFieldsMap().keySet())
        .containsExactlyInAnyOrder(
            "time", "level", "logger", "thread", "message", "tenant", "request", "exception");
    assertThat(object.getFieldsOrThrow("message").getStringValue()).isEqualTo("say \"hi\"\u0007\n");
    assertThat(object.getFieldsOrThrow("logger").getStringValue())
        .isEqualTo("dev.brink.mesh.ingress.Ingress");
  }

  private String text(LoggingEvent event) {
    return encode(LogConfig.Format.TEXT, event);
  }

  private static String encode(LogConfig.Format format, LoggingEvent event) {
    return new String(new EventEncoder(format).encode(event), StandardCharsets.UTF_8);
  }

  private LoggingEvent event(String message, @Nullable Throwable thrown, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "here",
            context.getLogger("dev.brink.mesh.ingress.Ingress"),
            Level.WARN,
            message,
            thrown,
            arguments);
    event.setInstant(java.time.Instant.ofEpochMilli(1500));
    event.setThreadName("t");
    return event;
  }
}
