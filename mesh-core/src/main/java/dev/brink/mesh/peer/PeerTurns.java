package dev.brink.mesh.peer;

import dev.brink.grid.Member;
import dev.brink.mesh.link.Links;
import dev.brink.placement.Placement;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What a node does towards its peers from time to time: probes, its coordinate, its news. */
public final class PeerTurns {
  private static final long TURN_MILLIS = 100;
  private static final int TURNS_A_SECOND = 10;

  private final Places places;
  private final Gossip gossip;
  private final Probes probes;
  private final Links links;
  private long turn;
  private int secondsToNews;

  /**
   * Of one node.
   *
   * @param probesASecond how many round trips are measured where not all are
   */
  public PeerTurns(
      Member self,
      Placement placement,
      Places places,
      Gossip gossip,
      Links links,
      int probesASecond) {
    this.places = places;
    this.gossip = gossip;
    this.links = links;
    probes = new Probes(self.id().toString(), placement, places, probesASecond);
  }

  /** Begins; ends with the thread. */
  public void start(ScheduledExecutorService thread) {
    var _ =
        thread.scheduleWithFixedDelay(this::turn, TURN_MILLIS, TURN_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void turn() {
    probes.run(links::probe, System.nanoTime());
    if (++turn % TURNS_A_SECOND != 0) {
      return;
    }
    places.publish();
    if (--secondsToNews <= 0) {
      secondsToNews = Scale.newsSeconds(places.members());
      gossip.publish();
    }
  }
}
