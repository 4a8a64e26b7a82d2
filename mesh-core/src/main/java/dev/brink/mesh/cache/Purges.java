package dev.brink.mesh.cache;

import dev.brink.cache.Purge;
import dev.brink.grid.Grid;
import dev.brink.grid.Member;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Purges the mesh's cache. A purge goes to every node over the links at once; then it becomes a
 * record of the grid, stamped later than anything that any node had when it heard of it, so that a
 * node that was away takes note of it when it is back. The answer says whether it is one.
 *
 * <p>The grid remembers the latest 10,000. A node that was down for longer than that drops what it
 * kept. Until a node that is back sees others, where others are known, it validates what it kept
 * before it is used; so does one that may have missed purges while it ran.
 */
public final class Purges implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final EdgeCache cache;
  private final Grid grid;
  private final Links links;
  private final PurgeRecords records;
  private final Contact contact;

  private Purges(EdgeCache cache, Grid grid, Links links, Path unrecorded) {
    this.cache = cache;
    this.grid = grid;
    this.links = links;
    records = PurgeRecords.of(cache, grid, new UnrecordedPurges(unrecorded));
    boolean cutOff = grid.membership().members().size() == 1 && !grid.missing().isEmpty();
    if (!cutOff) {
      records.apply(cache.heardUntil());
      cache.caughtUp();
    }
    contact = new Contact(cache, grid, links, records, !cutOff);
  }

  /**
   * Has the node's cache hear of purges from now on, and of those that the grid remembers.
   *
   * @param unrecorded the file of those that the grid is still to be told
   */
  public static Purges start(EdgeCache cache, Grid grid, Links links, Path unrecorded) {
    var purges = new Purges(cache, grid, links, unrecorded);
    purges.contact.start();
    return purges;
  }

  /**
   * Purges everywhere; blocks until every node that can be reached has taken note twice and the
   * grid keeps it, 2 seconds at most each time.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  public PurgeResult purge(Purge purge) {
    long beganNanos = System.nanoTime();
    Purge here = cache.purge(purge);
    List<Member> away = new ArrayList<>(grid.missing());
    Map<Member, Heard> heard = tell(here, reachable(away), beganNanos);
    long latest = heard.values().stream().mapToLong(Heard::stamp).reduce(here.stamp(), Math::max);
    // Until the last had heard, a node could get from it what is purged, as of its clock.
    List<Member> reached =
        heard.entrySet().stream()
            .filter(each -> each.getValue().stamp() != 0)
            .map(Map.Entry::getKey)
            .toList();
    Purge everywhere = here.at(latest);
    var _ = cache.purge(everywhere);
    CompletableFuture<Void> recorded = records.add(everywhere).toCompletableFuture();
    heard.putAll(tell(everywhere, reached, beganNanos));
    List<PurgeResult.NodePurge> outcomes = new ArrayList<>();
    outcomes.add(keptHere(beganNanos));
    heard.values().forEach(each -> outcomes.add(each.outcome()));
    away.forEach(
        member ->
            outcomes.add(
                new PurgeResult.NodePurge(member.name(), false, 0, "not in the grid now")));
    String unrecorded = failure(recorded, "not in the grid");
    if (!unrecorded.isEmpty()) {
      String lost = records.keep();
      unrecorded +=
          lost.isEmpty()
              ? "; kept on this node until it is"
              : "; forgotten if this node stops before, as it can't be kept here: " + lost;
    }
    return new PurgeResult(outcomes, millisSince(beganNanos), unrecorded);
  }

  /** The members, and those of the nodes that are away to which there is a link nevertheless. */
  private List<Member> reachable(List<Member> away) {
    Set<String> up = links.up();
    List<Member> all = new ArrayList<>(grid.membership().members());
    away.removeIf(member -> up.contains(member.id().toString()) && all.add(member));
    return all;
  }

  /**
   * What a node said of a purge.
   *
   * @param stamp the latest that it holds as of there; 0: it said nothing
   */
  private record Heard(PurgeResult.NodePurge outcome, long stamp) {}

  private Map<Member, Heard> tell(Purge purge, Collection<Member> members, long beganNanos) {
    PurgeRequest request =
        PurgeRequest.newBuilder().addPurges(CacheMessages.toProto(purge)).build();
    Map<Member, CompletableFuture<PurgeReply>> asked = new LinkedHashMap<>();
    for (Member member : members) {
      if (!member.self()) {
        asked.put(
            member, links.purge(member.id().toString(), request, LIMIT).toCompletableFuture());
      }
    }
    Map<Member, Heard> heard = new LinkedHashMap<>();
    asked.forEach((member, reply) -> heard.put(member, heard(member.name(), reply, beganNanos)));
    return heard;
  }

  private static Heard heard(String name, CompletableFuture<PurgeReply> asked, long beganNanos) {
    try {
      PurgeReply reply = asked.join();
      return new Heard(
          new PurgeResult.NodePurge(
              name, reply.getMessage().isEmpty(), millisSince(beganNanos), reply.getMessage()),
          reply.getStamp());
    } catch (CompletionException e) {
      return new Heard(
          new PurgeResult.NodePurge(
              name, false, millisSince(beganNanos), String.valueOf(e.getCause())),
          0);
    }
  }

  private PurgeResult.NodePurge keptHere(long beganNanos) {
    String message =
        failure(cache.written().toCompletableFuture(), "holds, but is not on the disk");
    return new PurgeResult.NodePurge(
        grid.self().name(), message.isEmpty(), millisSince(beganNanos), message);
  }

  /** Why something is not done; empty: it is. */
  private static String failure(CompletableFuture<Void> stage, String otherwise) {
    try {
      stage.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      return "";
    } catch (ExecutionException e) {
      return otherwise + ": " + e.getCause();
    } catch (TimeoutException _) {
      return otherwise + " after " + LIMIT.toSeconds() + " s";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return otherwise + ": interrupted";
    }
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  /** How many purges that were made here the grid does not keep yet. */
  public int unrecorded() {
    return records.unwritten();
  }

  /** Ends what goes on behind; what is not in the grid yet is written when the node is back. */
  @Override
  public void close() {
    contact.close();
  }
}
