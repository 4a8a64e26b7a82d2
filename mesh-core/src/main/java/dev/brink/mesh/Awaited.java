package dev.brink.mesh;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What a node waits for while it starts and stops: each within a limit. */
final class Awaited {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * @param what for the message of the exception
   * @throws IOException when it fails, or takes too long
   */
  static <T> T get(String what, CompletionStage<T> stage) throws IOException {
    try {
      return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(what + ": " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IOException(what + ": not done within " + LIMIT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(what + ": interrupted", e);
    }
  }

  private Awaited() {}
}
