package dev.brink.mesh;

import dev.brink.mesh.http.BindFailure;
import java.io.IOException;
import java.net.InetSocketAddress;
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

  /**
   * The same for what is to listen somewhere.
   *
   * @param option the port's key in the configuration
   * @throws IOException that names the port and the option when it can't be bound
   */
  static <T> T bound(String option, InetSocketAddress at, CompletionStage<T> stage)
      throws IOException {
    try {
      return get(option, stage);
    } catch (IOException e) {
      throw e.getCause() instanceof IOException cause ? BindFailure.of(option, at, cause) : e;
    }
  }

  private Awaited() {}
}
