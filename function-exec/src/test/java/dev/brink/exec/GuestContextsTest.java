package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.module.BundleFileSystem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.graalvm.polyglot.Context;
import org.junit.jupiter.api.Test;

/** Ends of engines: one that waits for a context that can't be closed keeps the JVM from ending. */
class GuestContextsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final GuestContexts contexts = new GuestContexts();

  @Test
  void endsWithAllContexts() {
    Context closed = context();
    contexts.closing(() -> closed.close(true));
    Context open = context();
    assertThat(contexts.close(PATIENCE)).isTrue();
    assertThatThrownBy(() -> open.eval("js", "1")).hasMessageContaining("cancelled");
  }

  @Test
  void isLeftAsItIsWithOneWhoseClosingHadNoMemory() {
    assertThatThrownBy(
            () ->
                contexts.closing(
                    () -> {
                      throw new OutOfMemoryError("of a test");
                    }))
        .isInstanceOf(OutOfMemoryError.class);
    Context other = context();
    assertThat(contexts.close(PATIENCE)).isFalse();
    assertThat(other.eval("js", "1").asInt()).isEqualTo(1);
    other.close();
  }

  @Test
  void isLeftAsItIsWithOneThatIsBeingClosed() throws InterruptedException {
    var begun = new CountDownLatch(1);
    var may = new CountDownLatch(1);
    Thread slow =
        Thread.ofPlatform()
            .start(
                () ->
                    contexts.closing(
                        () -> {
                          begun.countDown();
                          Sandbox.await("it may end", () -> may.getCount() == 0);
                        }));
    begun.await();
    assertThat(contexts.close(Duration.ofMillis(1))).isFalse();
    may.countDown();
    slow.join();
    assertThat(contexts.close(PATIENCE)).isTrue();
  }

  private Context context() {
    return contexts.context(BundleFileSystem.of(Map.of()), false, false);
  }
}
