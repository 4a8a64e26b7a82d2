package dev.brink.mesh;

import dev.brink.grid.Lasting;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.peer.PeerTurns;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Placement;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What placement does beside requests, from time to time. Origins are measured on a thread of their
 * own: one that does not answer makes it wait, which probes, news and warming must not.
 */
final class PlacementTurns implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PlacementTurns.class);

  private static final long FORGET_SECONDS = 10;

  private final Lasting lasting = new Lasting(LOG, "a turn of placement: unexpected");

  private final ScheduledExecutorService quick = thread("brink-placement");
  private final ScheduledExecutorService waiting = thread("brink-origins");

  private static ScheduledExecutorService thread(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        Thread.ofPlatform().daemon().name(name).factory());
  }

  void start(
      Warming warming,
      Links links,
      PeerTurns peers,
      OriginDistances origins,
      Placement placement,
      Supplier<Snapshot> snapshot) {
    var _ =
        quick.scheduleWithFixedDelay(
            lasting.of(() -> forgetWhatIsGone(placement, snapshot)),
            FORGET_SECONDS,
            FORGET_SECONDS,
            TimeUnit.SECONDS);
    eachTurn(() -> warming.follow(links));
    eachTurn(peers);
    planAhead(placement);
    origins.start(waiting);
  }

  /** Works out beside the requests which nodes are looked at for them. */
  void planAhead(Placement placement) {
    eachTurn(() -> placement.turn(System.nanoTime()));
  }

  /** Has it done every 100 ms from now on. */
  void eachTurn(Runnable turn) {
    var _ =
        quick.scheduleWithFixedDelay(
            lasting.of(turn), PeerTurns.TURN_MILLIS, PeerTurns.TURN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** A version that is asked for is in the snapshot before, so what is not there now has gone. */
  static void forgetWhatIsGone(Placement placement, Supplier<Snapshot> snapshot) {
    Set<String> known = placement.functions();
    Snapshot now = snapshot.get();
    Set<String> deployed = new HashSet<>();
    now.versions().values().forEach(version -> deployed.add(version.placement().function()));
    for (Binding binding : now.bindings().values()) {
      if (binding instanceof Binding.Function function) {
        function.versions().forEach(version -> deployed.add(version.placement().function()));
      }
    }
    known.stream().filter(function -> !deployed.contains(function)).forEach(placement::forget);
  }

  @Override
  public void close() {
    quick.shutdownNow();
    waiting.shutdownNow();
  }
}
