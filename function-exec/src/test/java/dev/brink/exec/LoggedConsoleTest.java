package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an embedding service's log gets of what functions print. */
class LoggedConsoleTest {
  @Test
  void aFunctionWritesNoRecordsOfItsOwnMaking() {
    assertThat(ConsoleSink.oneLine("a\nb\n")).isEqualTo("a\\nb\\n");
    assertThat(ConsoleSink.oneLine("a\tb")).isEqualTo("a\tb");
  }

  @Test
  void norDoesTheDefaultSinkLetIt() {
    Logger log = (Logger) LoggerFactory.getLogger("dev.brink.function");
    var written = new ListAppender<ILoggingEvent>();
    written.start();
    log.addAppender(written);
    try {
      new LoggedConsole()
          .print("t/f", "r1", ConsoleSink.Level.ERROR, "one\nERROR [main] Login failed for root");
    } finally {
      log.detachAppender(written);
    }
    assertThat(written.list)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEqualTo("t/f r1 one\\nERROR [main] Login failed for root");
  }
}
