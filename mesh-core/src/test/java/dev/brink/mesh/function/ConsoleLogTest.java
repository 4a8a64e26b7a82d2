package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.brink.exec.ConsoleSink.Level;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ConsoleLogTest {
  /** Whoever listens shows lines, the log has records. */
  @Test
  void aFunctionWritesOneRecordWhateverItPrints() {
    Logger log = (Logger) LoggerFactory.getLogger("dev.brink.console");
    var written = new ListAppender<ILoggingEvent>();
    written.start();
    log.addAppender(written);
    List<String> heard = new ArrayList<>();
    var console = new ConsoleLog();
    try (var _ = console.listen("r1", (_, text) -> heard.add(text))) {
      console.print("t/f", "r1", Level.ERROR, "one\nERROR [main] Login failed for root");
    } finally {
      log.detachAppender(written);
    }
    assertThat(heard).containsExactly("one\nERROR [main] Login failed for root");
    assertThat(written.list)
        .singleElement()
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEqualTo("t/f request r1: one\\nERROR [main] Login failed for root");
  }
}
