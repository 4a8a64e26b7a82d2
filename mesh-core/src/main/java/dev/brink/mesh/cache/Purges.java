package dev.brink.mesh.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.Purge;
import dev.brink.cache.store.StoreKey;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.MapListener;
import dev.brink.grid.Member;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges the mesh's cache. A purge goes to every node over the links at once, which is all that
 * reads wait for; then it becomes a record of the grid, stamped later than anything that any node
 * had when it heard of it, so that a node that was away takes note of it when it is back.
 */
public final class Purges {
  private static final Logger LOG = LoggerFactory.getLogger(Purges.class);
  private static final String MAP = "purges";
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int MAX_RECORDS = 10_000;

  private final EdgeCache cache;
  private final Grid grid;
  private final Links links;
  private final ReplicatedMap records;

  private Purges(EdgeCache cache, Grid grid, Links links) {
    this.cache = cache;
    this.grid = grid;
    this.links = links;
    this.records = grid.map(MAP);
  }

  /** Has the node's cache hear of purges from now on, and of those that the grid remembers. */
  public static Purges start(EdgeCache cache, Grid grid, Links links) {
    var purges = new Purges(cache, grid, links);
    purges.records.listen(purges.new Records());
    return purges;
  }

  /**
   * Purges everywhere; blocks until every node that can be reached has taken note, 2 seconds at
   * most.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  public PurgeResult purge(Purge purge) {
    long beganNanos = System.nanoTime();
    Purge here = cache.purge(purge);
    List<PurgeResult.NodePurge> outcomes = new ArrayList<>();
    outcomes.add(new PurgeResult.NodePurge(grid.self().name(), true, millisSince(beganNanos), ""));
    PurgeRequest request = PurgeRequest.newBuilder().addPurges(CacheMessages.toProto(here)).build();
    Map<Member, CompletableFuture<PurgeReply>> asked = new LinkedHashMap<>();
    for (Member member : grid.membership().members()) {
      if (!member.self()) {
        asked.put(
            member, links.purge(member.id().toString(), request, LIMIT).toCompletableFuture());
      }
    }
    long stamp = here.stamp();
    for (Map.Entry<Member, CompletableFuture<PurgeReply>> each : asked.entrySet()) {
      String name = each.getKey().name();
      try {
        PurgeReply reply = each.getValue().join();
        stamp = Math.max(stamp, reply.getStamp());
        outcomes.add(new PurgeResult.NodePurge(name, true, millisSince(beganNanos), ""));
      } catch (CompletionException e) {
        outcomes.add(
            new PurgeResult.NodePurge(
                name, false, millisSince(beganNanos), String.valueOf(e.getCause())));
      }
    }
    grid.missing()
        .forEach(
            member ->
                outcomes.add(
                    new PurgeResult.NodePurge(member.name(), false, 0, "not in the grid now")));
    remember(here.at(stamp));
    return new PurgeResult(outcomes, millisSince(beganNanos));
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private void remember(Purge purge) {
    PurgeRecord record = CacheMessages.toProto(purge);
    var _ =
        records
            .put(key(purge), record.toByteArray())
            .whenComplete(
                (stamp, failure) -> {
                  if (failure != null) {
                    LOG.warn(
                        "purge of {} {}: not in the grid, so that a node that is away may miss it:"
                            + " {}",
                        purge.scope(),
                        purge.value(),
                        failure.toString());
                  }
                });
    Map<String, Entry> all = records.entries();
    if (all.size() > MAX_RECORDS) {
      all.entrySet().stream()
          .sorted(Comparator.comparing(entry -> entry.getValue().stamp()))
          .limit(all.size() - MAX_RECORDS)
          .forEach(entry -> forget(entry.getKey()));
    }
  }

  private void forget(String key) {
    var _ = records.remove(key);
  }

  private static String key(Purge purge) {
    String text = purge.scope() + " " + purge.space() + " " + purge.value() + " " + purge.soft();
    return StoreKey.of(text).toString();
  }

  private final class Records implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      try {
        var _ = cache.purge(CacheMessages.fromProto(PurgeRecord.parseFrom(entry.value())));
      } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
        LOG.warn("purge record {}: unreadable: {}", key, e.toString());
      }
    }

    @Override
    public void removed(String key, Stamp stamp) {
      // It holds as long as the node runs.
    }
  }
}
