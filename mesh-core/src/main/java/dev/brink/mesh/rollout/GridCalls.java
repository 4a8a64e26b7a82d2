package dev.brink.mesh.rollout;

import dev.brink.grid.GridUnavailableException;
import dev.brink.mesh.deploy.DeploymentException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the grid on a thread that may wait, and says what went wrong as callers are told. */
final class GridCalls {
  private static final long SECONDS = 10;

  static <T> T await(CompletionStage<T> operation) {
    try {
      return operation.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GridUnavailableException unavailable) {
        throw new DeploymentException(
            "grid-unavailable", unavailable.getMessage() + "", unavailable.retryable());
      }
      throw new DeploymentException("internal", String.valueOf(e.getCause()), true);
    } catch (TimeoutException e) {
      throw new DeploymentException(
          "grid-unavailable", "the grid did not answer within " + SECONDS + " s", true);
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  static DeploymentException interrupted() {
    Thread.currentThread().interrupt();
    return new DeploymentException("interrupted", "the calling thread was interrupted", true);
  }

  private GridCalls() {}
}
