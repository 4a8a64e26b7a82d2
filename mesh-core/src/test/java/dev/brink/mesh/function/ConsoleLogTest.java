package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.ConsoleSink.Level;
import dev.brink.mesh.CapturedLog;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleLogTest {
  /** Whoever listens shows lines, the log has records. */
  @Test
  void aFunctionWritesOneRecordWhateverItPrints() {
    List<String> heard = new ArrayList<>();
    var console = new ConsoleLog();
    try (CapturedLog log = CapturedLog.of("dev.brink.console");
        var _ = console.listen("r1", (_, text) -> heard.add(text))) {
      console.print("t/f", "r1", Level.ERROR, "one\nERROR [main] Login failed for root");
      assertThat(log.lines())
          .containsExactly("t/f request r1: one\\nERROR [main] Login failed for root");
    }
    assertThat(heard).containsExactly("one\nERROR [main] Login failed for root");
  }
}
