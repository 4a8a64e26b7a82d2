package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.brink.grid.GridUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What calls hold on to together. */
class KeyValueCallsTest {
  private static final int WAITING = 2000;
  private static final int CALLS = 20_000;
  private static final long HELD_BYTES = 120L << 20;
  private static final long WANTED_BYTES = 16L << 20;

  /** As while Ignite is being restarted: calls begin, and fail at once. */
  private static final class NoPlace implements KeyValuePlace {
    @Override
    public @Nullable StoreCaches caches() {
      return null;
    }

    @Override
    public @Nullable GridUnavailableException refusal() {
      return null;
    }

    @Override
    public boolean holds(StoreCaches caches) {
      return false;
    }
  }

  @AutoClose private final KeyValueCalls calls = new KeyValueCalls(new NoPlace());

  @Test
  void thoseThatWaitForRoomTakeNoneFromOthers() {
    Deadline deadline = Deadline.in(Duration.ofSeconds(60));
    var places = new Semaphore(WAITING + 1);
    try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      hold(places, deadline, HELD_BYTES);
      for (int i = 0; i < WAITING; i++) {
        waiting.execute(
            () -> {
              hold(places, deadline, WANTED_BYTES);
              calls.letGo(WANTED_BYTES);
            });
      }
      try {
        for (int i = 0; i < CALLS; i++) {
          assertThat(reason(deadline)).as("call %d", i).isEqualTo(Reason.RESTARTING);
        }
      } finally {
        calls.letGo(HELD_BYTES);
      }
    }
  }

  private void hold(Semaphore places, Deadline deadline, long bytes) {
    try (var turn = new Turn(places, "large", deadline)) {
      calls.hold("large", bytes, deadline, turn);
    }
  }

  private @Nullable Reason reason(Deadline deadline) {
    var failure =
        catchThrowableOfType(
            CompletionException.class,
            () ->
                calls.start("small", 1, deadline, (caches, by) -> "").toCompletableFuture().join());
    return failure.getCause() instanceof GridUnavailableException refused ? refused.reason() : null;
  }
}
