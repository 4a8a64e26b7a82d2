package dev.brink.mesh.cache;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.brink.cache.HeardPurge;
import dev.brink.cache.Purge;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.proto.CacheChange;
import dev.brink.mesh.proto.MissedPlace;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells a peer that may have missed purges and changes, page by page. Purges come in
 * the order of their stamps, so that one that is made, or that takes the place of others, while the
 * peer asks is on a page that is still to come; nothing is kept between two pages.
 */
final class Missed {
  /** Of the purges on a page, and again of its changes: less than half of what a reply may have. */
  static final int MAX_BYTES = 480 << 10;

  /**
   * So many pages are asked of a peer: 15 MiB of purges. Of the 65,536 that a node remembers each
   * may take 240 bytes then.
   */
  static final int MAX_PAGES = 32;

  private static final Comparator<HeardPurge> BY_STAMP =
      Comparator.comparing(
          HeardPurge::purge,
          Comparator.comparingLong(Purge::stamp)
              .thenComparing(Purge::scope)
              .thenComparing(Purge::space)
              .thenComparing(Purge::value)
              .thenComparing(Purge::soft));

  private static final Comparator<CacheChange> BY_KEY = Comparator.comparing(Missed::key);

  /**
   * Has a reply tell what a peer asks for, or that it is too much.
   *
   * @param purges in any order, as are the changes
   */
  static void tell(
      PurgeRequest request,
      List<HeardPurge> purges,
      List<CacheChange> changes,
      PurgeReply.Builder reply) {
    reply.setTold(true);
    MissedPlace after = request.getAfter();
    List<HeardPurge> purgesLeft =
        left(
            purges,
            after.hasPurge() ? CacheMessages.heardFromProto(after.getPurge()) : null,
            BY_STAMP);
    List<CacheChange> changesLeft =
        left(changes, after.hasChange() ? after.getChange() : null, BY_KEY);
    boolean allPurges = page(purgesLeft, CacheMessages::toProto, reply::addPurges);
    boolean allChanges = page(changesLeft, change -> change, reply::addChanges);
    if (!request.hasAfter()) {
      tellAtOnce(allPurges, allChanges, reply);
    } else if (!allPurges || !allChanges) {
      reply.setNext(last(after, reply));
    }
  }

  /** A version that takes no pages is told none of what is too much. */
  private static void tellAtOnce(boolean allPurges, boolean allChanges, PurgeReply.Builder reply) {
    reply.setTooMany(!allPurges || !allChanges);
    if (!allPurges) {
      reply.clearPurges();
    }
    if (!allChanges) {
      reply.clearChanges();
    }
  }

  private static MissedPlace last(MissedPlace after, PurgeReply.Builder reply) {
    MissedPlace.Builder last = after.toBuilder();
    if (reply.getPurgesCount() > 0) {
      last.setPurge(reply.getPurges(reply.getPurgesCount() - 1));
    }
    if (reply.getChangesCount() > 0) {
      last.setChange(reply.getChanges(reply.getChangesCount() - 1));
    }
    return last.build();
  }

  private static <T> List<T> left(List<T> all, @Nullable T after, Comparator<T> order) {
    return all.stream()
        .filter(each -> after == null || order.compare(each, after) > 0)
        .sorted(order)
        .toList();
  }

  /** Gives one at least, and as many as a page takes; returns whether these were all. */
  private static <T, M extends MessageLite> boolean page(
      List<T> left, Function<T, M> toProto, Consumer<M> page) {
    int bytes = 0;
    for (T each : left) {
      M message = toProto.apply(each);
      int more = bytesIn(message);
      if (bytes > 0 && bytes + more > MAX_BYTES) {
        return false;
      }
      bytes += more;
      page.accept(message);
    }
    return true;
  }

  /** What one of many takes in a message: what says that it comes, and how long it is, too. */
  static int bytesIn(MessageLite one) {
    return 1 + CodedOutputStream.computeMessageSizeNoTag(one);
  }

  private static StoreKey key(CacheChange change) {
    return new StoreKey(change.getKeyHigh(), change.getKeyLow());
  }

  private Missed() {}
}
