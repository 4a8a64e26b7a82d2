package dev.brink.mesh.link;

import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import java.util.concurrent.CompletionStage;

/** What a node does for its peers. Called on event loops: must not block. */
public interface LinkService {
  /** Runs a forwarded call here; it may refuse, and never forwards again. */
  Executor<Target.Function> executor();

  /** Answers from this node's cache, as the home of what is asked for; never forwards. */
  Executor<Target.Cached> cached();

  /** Answers for a cache that functions keep responses in, as the home of what is asked for. */
  Executor<Target.NamedCache> named();

  /** Takes note at once of what is outdated in this node's cache; completes when that is kept. */
  CompletionStage<PurgeReply> purge(PurgeRequest request);

  /** Loads a deployment; completes when this node serves it, or with why it does not. */
  CompletionStage<ApplyReply> apply(ApplyRequest request);

  /** How loaded this node is now, with all it has warm, in an order that stays. */
  LoadBeat beat();

  /** Every how manyth tick of 100 ms a peer is told {@link #beat}; 1 or more. */
  default int beatTicks() {
    return 1;
  }

  /** What this node has to tell, beside its load; each issue goes to each peer once. */
  NewsIssue news();

  /**
   * Makes an instance of a function version in the background, if there is room.
   *
   * @param version the first 8 bytes of its digest
   */
  void warm(long version);

  /** A peer offers copies of what is popular; what is of use is taken in the background. */
  void offered(CopyOffers offers);

  /** A peer learnt where responses are for one client each, or for all. */
  void heard(HerdReports reports);

  /** How loaded this node is now, in numbers alone. */
  LoadBeat load();
}
