package dev.brink.cache;

import dev.brink.cache.field.EntityTags;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.wire.Variant;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a flight when the origin says that what is stored is still good (RFC 9111 section
 * 4.3.4).
 *
 * @param question that the origin was asked
 */
record Validation(
    LocalCache cache,
    FetchPlan plan,
    Flight flight,
    Asking asking,
    Question question,
    Delivery delivery) {
  /**
   * A 304 came.
   *
   * @param copy that was validated; {@code null}: there are only variants that the request does not
   *     select
   */
  void notModified(HttpHeaders update, @Nullable StaleCopy copy, long peerStamp) {
    String etag = update.get(HttpHeaderNames.ETAG);
    boolean ours =
        copy != null
            && (etag == null
                || copy.head().etag() == null
                || EntityTags.weakMatch(etag, copy.head().etag()));
    if (ours && copy != null) {
      use(copy.body(), Freshening.of(copy.head(), update, plan.asked()), null, peerStamp);
      return;
    }
    Variant other = etag == null ? null : plan.variants().tagged(etag, plan.request().headers());
    StoredObject object = other == null ? null : cache.store().find(Variants.key(other));
    Head head = object == null ? null : LocalCache.response(object);
    if (object == null || head == null || isPurged(head)) {
      if (object != null) {
        object.close();
      }
      asking.askWithoutConditions();
      return;
    }
    var body = new StoredBody(object);
    use(body, Freshening.of(head, update, plan.asked()), other, peerStamp);
    body.release();
  }

  /** No origin brings that back, not by a tag that it still goes by either. */
  private boolean isPurged(Head head) {
    return cache.standing(plan.key().space(), head) == PurgeTable.Standing.HARD;
  }

  /**
   * Answers with what is stored, unless what came forbids that.
   *
   * @param other the variant it is that the origin selects, of those it was told of, and this
   *     request did not; {@code null}: it is what the request selects
   */
  private void use(
      StoredBody body, Freshening freshening, @Nullable Variant other, long peerStamp) {
    Head fresh = question.freshened(freshening, peerStamp);
    if (flight.isBehind(fresh, peerStamp)) {
      asking.askSource();
    } else if (freshening.refusal(plan.asked(), plan.key()) != null) {
      useAlone(body, freshening, fresh);
    } else if (!isSelectedByAll(body.object().key(), fresh)) {
      cache.removeUnlessNewer(body.object().key(), freshening.before(), fresh);
      flight.dropValidated();
      asking.askWithoutConditions();
    } else {
      cache.freshen(body.object(), freshening.before(), fresh);
      flight.serve(
          body,
          fresh,
          freshening.reserved(),
          CacheResult.Outcome.REVALIDATED,
          304,
          again(other, fresh));
    }
  }

  /** The variant as what the origin selects for this request too. */
  private @Nullable Variant again(@Nullable Variant other, Head fresh) {
    if (other == null) {
      return null;
    }
    Variant again = Variants.again(other, plan.request().headers(), fresh.fields());
    cache.addVariant(plan.key(), again);
    return again;
  }

  /**
   * Whether what is stored is found by all that it varies by, as its origin says now: by more does
   * not matter.
   */
  private boolean isSelectedByAll(StoreKey id, Head fresh) {
    return plan.variants().namesOf(id).containsAll(Variants.names(fresh));
  }

  /** What came is for the one it was fetched for, and no longer is for all what is stored. */
  private void useAlone(StoredBody body, Freshening freshening, Head fresh) {
    cache.removeUnlessNewer(body.object().key(), freshening.before(), fresh);
    Waiter leader = delivery.leader();
    if (leader != null) {
      flight.learned(false);
    }
    body.attach();
    try {
      List<Waiter> others = new ArrayList<>(flight.end());
      boolean waits = others.remove(leader);
      Waiters.each(others, Waiter::alone);
      if (waits && leader != null) {
        delivery.give(
            List.of(leader),
            body,
            fresh,
            freshening.reserved(),
            CacheResult.Outcome.REVALIDATED,
            304,
            null);
      }
    } finally {
      body.release();
    }
  }
}
