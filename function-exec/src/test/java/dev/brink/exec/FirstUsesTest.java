package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.brink.exec.module.BundleFileSystem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What can't be used first is told; that a runtime has ended meanwhile is not. */
class FirstUsesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Logger logger = (Logger) LoggerFactory.getLogger(FirstUses.class);
  private final ListAppender<ILoggingEvent> written = new ListAppender<>();
  private final FirstUses uses = new FirstUses("localefirst");
  private int made;

  @BeforeEach
  void listen() {
    written.start();
    logger.addAppender(written);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(written);
  }

  @Test
  void runOnce() {
    runInAnOpenEngine(uses);
    runInAnOpenEngine(uses);
    assertThat(made).isEqualTo(1);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void whatFailsIsWarnedOf() {
    // Without WebAssembly.
    runInAnOpenEngine(new FirstUses("wasmfirst"));
    assertThat(warnings())
        .singleElement()
        .asString()
        .startsWith("wasmfirst did not run to its end");
  }

  @Test
  void whatOneThatHasEndedLeavesIsForTheNext() {
    var contexts = new GuestContexts();
    assertThat(contexts.close(PATIENCE)).isTrue();
    uses.runOnce(() -> context(contexts), contexts::ended);
    runInAnOpenEngine(uses);
    assertThat(made).isEqualTo(2);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void soIsWhatOneLeavesThatEndsMeanwhile() {
    var contexts = new GuestContexts();
    uses.runOnce(
        () -> {
          GuestContext context = context(contexts);
          assertThat(contexts.close(PATIENCE)).isTrue();
          return context;
        },
        contexts::ended);
    runInAnOpenEngine(uses);
    assertThat(made).isEqualTo(2);
    assertThat(warnings()).isEmpty();
  }

  private void runInAnOpenEngine(FirstUses some) {
    var contexts = new GuestContexts();
    try {
      some.runOnce(() -> context(contexts), contexts::ended);
    } finally {
      assertThat(contexts.close(PATIENCE)).isTrue();
    }
  }

  private GuestContext context(GuestContexts contexts) {
    made++;
    return contexts.context(BundleFileSystem.of(Map.of()), false, false);
  }

  private List<String> warnings() {
    return written.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }
}
