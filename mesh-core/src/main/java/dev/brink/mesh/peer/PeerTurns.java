package dev.brink.mesh.peer;

import dev.brink.grid.Member;
import dev.brink.mesh.link.Links;
import dev.brink.placement.Placement;

/**
 * What a node does towards its peers from time to time: probes, its coordinate, its news. To be run
 * every {@value #TURN_MILLIS} ms, by one thread at a time; waits for nothing.
 */
public final class PeerTurns implements Runnable {
  public static final long TURN_MILLIS = 100;
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

  @Override
  public void run() {
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
