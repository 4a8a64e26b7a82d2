package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.module.BundleFileSystem;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can't be used first is told; that a runtime has ended meanwhile is not. */
class FirstUsesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final WrittenLog log = WrittenLog.of(FirstUses.class);
  private final FirstUses uses = new FirstUses("localefirst");
  private int made;

  @AfterEach
  void listenNoMore() {
    log.close();
  }

  @Test
  void runOnce() {
    runInAnOpenEngine(uses);
    runInAnOpenEngine(uses);
    assertThat(made).isEqualTo(1);
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void whatFailsIsWarnedOf() {
    // Without WebAssembly.
    runInAnOpenEngine(new FirstUses("wasmfirst"));
    assertThat(log.warnings())
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
    assertThat(log.warnings()).isEmpty();
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
    assertThat(log.warnings()).isEmpty();
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
}
