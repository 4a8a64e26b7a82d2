package dev.brink.mesh;

import dev.brink.mesh.function.LocalExecutor;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits until a node that stops has nothing under way any more. */
final class Draining {
  private static final Logger LOG = LoggerFactory.getLogger(Draining.class);

  private static final Duration PEER_LIMIT = Duration.ofSeconds(5);

  private Draining() {}

  /**
   * Blocks until all have their answers, and what functions do besides has ended: ticks, and what
   * goes on after an answer.
   *
   * @param clients completes when clients have their answers, within the grace
   * @param peers completes when other nodes have; waited for 5 seconds more at most
   * @param grace how long functions have, from now on
   */
  static void await(
      CompletionStage<Void> clients,
      CompletionStage<Void> peers,
      LocalExecutor functions,
      Duration grace) {
    long begun = System.nanoTime();
    try {
      clients.toCompletableFuture().join();
      peers
          .toCompletableFuture()
          .copy()
          .completeOnTimeout(null, PEER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
          .join();
    } catch (CompletionException e) {
      LOG.warn("while draining: {}", e.toString());
    }
    var _ = functions.awaitNone(grace.minusNanos(System.nanoTime() - begun));
  }
}
