package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an embedding service's log gets of what functions print. */
class LoggedConsoleTest {
  @Test
  void aFunctionWritesNoRecordsOfItsOwnMaking() {
    assertThat(ConsoleSink.oneLine("a\nb\n")).isEqualTo("a\\nb\\n");
    assertThat(ConsoleSink.oneLine("a\tb")).isEqualTo("a\tb");
  }

  @Test
  void norDoesTheDefaultSinkLetIt() {
    try (WrittenLog log = WrittenLog.of("dev.brink.function")) {
      new LoggedConsole()
          .print("t/f", "r1", ConsoleSink.Level.ERROR, "one\nERROR [main] Login failed for root");
      assertThat(log.lines()).containsExactly("t/f r1 one\\nERROR [main] Login failed for root");
    }
  }
}
