package dev.brink.mesh;

import dev.brink.mesh.link.Links;
import dev.brink.mesh.peer.PeerTurns;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What placement does beside requests, from time to time. Origins are measured on a thread of their
 * own: one that does not answer makes it wait, which probes, news and warming must not.
 */
final class PlacementTurns implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlacementTurns.class);

  private final ScheduledExecutorService quick = thread("brink-placement");
  private final ScheduledExecutorService waiting = thread("brink-origins");

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name(name).factory());
  }

  void start(Warming warming, Links links, PeerTurns peers, OriginDistances origins) {
    var _ =
        quick.scheduleWithFixedDelay(
            () -> guarded(() -> warming.follow(links)),
            PeerTurns.TURN_MILLIS,
            PeerTurns.TURN_MILLIS,
            TimeUnit.MILLISECONDS);
    var _ =
        quick.scheduleWithFixedDelay(
            () -> guarded(peers),
            PeerTurns.TURN_MILLIS,
            PeerTurns.TURN_MILLIS,
            TimeUnit.MILLISECONDS);
    origins.start(waiting);
  }

  /** The next turn comes whatever this one meets: what throws is not called again. */
  private static void guarded(Runnable turn) {
    try {
      turn.run();
    } catch (RuntimeException e) {
      LOG.error("a turn of placement: unexpected", e);
    }
  }

  @Override
  public void close() {
    quick.shutdownNow();
    waiting.shutdownNow();
  }
}
