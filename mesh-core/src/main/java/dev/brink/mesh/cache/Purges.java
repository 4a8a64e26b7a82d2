package dev.brink.mesh.cache;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.Purge;
import dev.brink.cache.store.StoreKey;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.GridListener;
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
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges the mesh's cache. A purge goes to every node over the links at once, which is all that
 * reads wait for; then it becomes a record of the grid, stamped later than anything that any node
 * had when it heard of it, so that a node that was away takes note of it when it is back.
 *
 * <p>The grid remembers the latest 10,000. A node that was away for longer than that drops what it
 * kept: one more record says until when purges were forgotten. Until a node that is back sees
 * others, where others are known, it validates what it kept before it is used.
 */
public final class Purges {
  private static final Logger LOG = LoggerFactory.getLogger(Purges.class);
  private static final String MAP = "purges";
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int MAX_RECORDS = 10_000;
  private static final String FORGOTTEN = "forgotten";

  private final EdgeCache cache;
  private final Grid grid;
  private final Links links;
  private final ReplicatedMap records;
  private final AtomicBoolean caughtUp = new AtomicBoolean();

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
    grid.listen(purges.new Others());
    purges.catchUp();
    return purges;
  }

  /** Takes note of what was purged while this node was away, once the others can say. */
  private void catchUp() {
    boolean cutOff = grid.membership().members().size() == 1 && !grid.missing().isEmpty();
    if (cutOff || !caughtUp.compareAndSet(false, true)) {
      return;
    }
    records.get(FORGOTTEN).ifPresent(this::dropWhatWasMissed);
    records.entries().forEach(this::apply);
    cache.caughtUp();
  }

  private void dropWhatWasMissed(Entry entry) {
    Purge forgotten = read(FORGOTTEN, entry);
    if (forgotten != null && forgotten.stamp() > cache.heardUntil()) {
      LOG.warn(
          "the grid has forgotten purges that this node may have missed: what it kept is dropped");
      var _ = cache.purge(forgotten);
    }
  }

  /**
   * Purges everywhere; blocks until every node that can be reached has taken note twice, 2 seconds
   * at most each time.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  public PurgeResult purge(Purge purge) {
    long beganNanos = System.nanoTime();
    Purge here = cache.purge(purge);
    Map<Member, Heard> heard = tell(here, grid.membership().members(), beganNanos);
    long latest = heard.values().stream().mapToLong(Heard::stamp).reduce(here.stamp(), Math::max);
    // Until the last had heard, a node could get from it what is purged, as of its clock.
    List<Member> reached =
        heard.entrySet().stream()
            .filter(each -> each.getValue().stamp() != 0)
            .map(Map.Entry::getKey)
            .toList();
    Purge everywhere = cache.purge(here.at(latest));
    heard.putAll(tell(everywhere, reached, beganNanos));
    List<PurgeResult.NodePurge> outcomes = new ArrayList<>();
    outcomes.add(keptHere(beganNanos));
    heard.values().forEach(each -> outcomes.add(each.outcome()));
    grid.missing()
        .forEach(
            member ->
                outcomes.add(
                    new PurgeResult.NodePurge(member.name(), false, 0, "not in the grid now")));
    remember(everywhere);
    return new PurgeResult(outcomes, millisSince(beganNanos));
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
    String message = "";
    try {
      cache.written().toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      message = "holds, but is not on the disk: " + e.getCause();
    } catch (TimeoutException _) {
      message = "holds, but is not on the disk after " + LIMIT.toSeconds() + " s";
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      message = "holds, but was interrupted before it was on the disk";
    }
    return new PurgeResult.NodePurge(
        grid.self().name(), message.isEmpty(), millisSince(beganNanos), message);
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
    forgetOldest();
  }

  /** What is forgotten is summed up before: a node that is away can't know of it any more. */
  private void forgetOldest() {
    Map<String, Entry> all = new HashMap<>(records.entries());
    Entry before = all.remove(FORGOTTEN);
    if (all.size() <= MAX_RECORDS) {
      return;
    }
    List<Map.Entry<String, Entry>> oldest =
        all.entrySet().stream()
            .sorted(Comparator.comparing(entry -> entry.getValue().stamp()))
            .limit(all.size() - MAX_RECORDS * 9 / 10)
            .toList();
    long until =
        Stream.concat(Stream.ofNullable(before), oldest.stream().map(Map.Entry::getValue))
            .mapToLong(this::stampOf)
            .max()
            .orElse(0);
    Purge everything = Purge.of(Purge.Scope.ALL, "").at(until);
    var _ =
        records
            .put(FORGOTTEN, CacheMessages.toProto(everything).toByteArray())
            .whenComplete(
                (stamp, failure) -> {
                  if (failure == null) {
                    oldest.forEach(entry -> forget(entry.getKey()));
                  }
                });
  }

  private long stampOf(Entry entry) {
    Purge purge = read("a purge", entry);
    return purge == null ? 0 : purge.stamp();
  }

  private void forget(String key) {
    var _ = records.remove(key);
  }

  private static String key(Purge purge) {
    String text = purge.scope() + " " + purge.space() + " " + purge.value() + " " + purge.soft();
    return StoreKey.of(text).toString();
  }

  private void apply(String key, Entry entry) {
    Purge purge = key.equals(FORGOTTEN) ? null : read(key, entry);
    if (purge != null) {
      var _ = cache.purge(purge);
    }
  }

  private static @Nullable Purge read(String key, Entry entry) {
    try {
      return CacheMessages.fromProto(PurgeRecord.parseFrom(entry.value()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      LOG.warn("purge record {}: unreadable: {}", key, e.toString());
      return null;
    }
  }

  private final class Records implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      apply(key, entry);
    }

    @Override
    public void removed(String key, Stamp stamp) {
      // It holds as long as the node runs.
    }
  }

  private final class Others implements GridListener {
    @Override
    public void memberJoined(Member member) {
      catchUp();
    }
  }
}
