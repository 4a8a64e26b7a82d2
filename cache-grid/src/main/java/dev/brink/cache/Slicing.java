package dev.brink.cache;

import dev.brink.cache.field.EntityTags;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a flight's response that is a {@linkplain Slice slice}, or is to be stored in
 * slices.
 */
record Slicing(LocalCache cache, FetchPlan plan, Flight flight, Delivery delivery) {
  /**
   * A slice came that was asked for.
   *
   * @param shared whether it is stored and given to all; else it is the leader's alone
   */
  void came(
      Slice slice,
      Head stored,
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      boolean shared) {
    var begun =
        new Recording(
            cache,
            plan.key().space(),
            slice.id(),
            stored,
            slice.range().length(),
            shared,
            flight::end);
    if (shared) {
      List<Waiter> all = flight.filling(begun, new Variants.Place(slice.id(), null));
      begun.fill().retain();
      take(slice, begun, all, head, body, () -> delivery.give(all, begun, Reserved.NONE, null));
    } else {
      List<Waiter> all = flight.end();
      take(slice, begun, all, head, body, () -> giveToLeader(all, begun, stored));
    }
  }

  private void giveToLeader(List<Waiter> all, Recording begun, Head stored) {
    for (Waiter waiter : all) {
      if (!waiter.equals(delivery.leader())
          || !waiter.answer(begun, stored, delivery.why(), false)) {
        waiter.retry();
      }
    }
  }

  /**
   * Gives out what is about to come, and has it come. When that fails nobody waits for it, and
   * nothing holds on to it.
   */
  private static void take(
      Slice slice,
      Recording begun,
      List<Waiter> all,
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      Runnable give) {
    boolean fed = false;
    try {
      give.run();
      fed = true;
      WholeBody.feed(head, body, new FirstBytes(slice.range().length(), begun.fill()));
    } catch (RuntimeException | Error e) {
      if (!fed) {
        Unwanted.response(head, body);
      }
      begun.fill().onError(e);
      Waiters.failed(all, e);
      throw e;
    } finally {
      begun.fill().release();
    }
  }

  /** A first slice came of something that nothing was known of. */
  void probed(
      Slice slice,
      Head part,
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      @Nullable String refusal) {
    String range = plan.asked().request().headers().get(HttpHeaderNames.RANGE, "");
    Head whole = refusal == null ? slice.whole(part) : null;
    if (whole != null) {
      cut(whole, slice.range().first(), head, body);
    } else if (refusal == null && Slice.answers(part, range)) {
      flight.record(plan.place(part), part, head, body);
    } else if (refusal == null || part.status() == 416) {
      Unwanted.response(head, body);
      if (refusal == null) {
        cache.unsliced(plan.key());
      }
      flight.end().forEach(Waiter::retry);
    } else {
      Unwanted.response(head, body);
      cache.herds().learn(HerdNews.of(plan.key(), false), cache.clock().millis());
      flight.end().forEach(Waiter::alone);
    }
  }

  /** A large response came as a whole, or as one long part. */
  void cut(Head stored, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    if (stored.partial()) {
      long start = stored.parts().getFirst().first();
      cut(stored.sliced(stored.completeLength()), start, head, body);
    } else {
      cut(stored.sliced(Storing.length(head)), 0, head, body);
    }
  }

  /**
   * Stores the head of something large and, as it comes, the slice that the body begins with; a
   * body that begins in the middle of one is not read.
   *
   * @param start of the body within the whole
   */
  private void cut(
      Head whole, long start, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    var place = plan.place(whole);
    StoredBody kept = keep(place, whole, head, body);
    try {
      give(kept, place, whole, start, head, body);
    } finally {
      kept.release();
    }
  }

  private void give(
      StoredBody kept,
      Variants.Place place,
      Head whole,
      long start,
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body) {
    int status = head.status().code();
    Reserved reserved = Reserved.of(head.headers());
    if (start % Slice.BYTES != 0) {
      Unwanted.response(head, body);
      remember(place);
      delivery.give(
          flight.end(), kept, whole, reserved, CacheResult.Outcome.MISS, status, place.variant());
    } else {
      Slice slice = Slice.of(place.id(), start / Slice.BYTES, whole);
      long length = slice.range().length();
      var begun =
          new Recording(
              cache, plan.key().space(), slice.id(), slice.head(whole), length, true, flight::end);
      List<Waiter> all = flight.filling(begun, new Variants.Place(slice.id(), null));
      begun.fill().retain();
      take(
          slice,
          begun,
          all,
          head,
          body,
          () -> {
            remember(place);
            flight.republish(slice.id());
            delivery.give(
                all, kept, whole, reserved, CacheResult.Outcome.MISS, status, place.variant());
          });
    }
  }

  private void remember(Variants.Place place) {
    if (place.variant() != null) {
      cache.addVariant(plan.key(), place.variant());
    }
  }

  /** Stores the head of something large. */
  private StoredBody keep(
      Variants.Place place, Head whole, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    try {
      return new StoredBody(
          cache.store().draft(place.id(), 0).commit(whole.encode(), whole.worth()));
    } catch (RuntimeException | Error e) {
      Unwanted.response(head, body);
      throw e;
    }
  }

  /**
   * What came is not the slice. Either the origin has something else now, or nothing; or it has
   * something against this request, and others ask for themselves.
   */
  void changed(Slice slice, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    Unwanted.response(head, body);
    int status = head.status().code();
    switch (status) {
      case 200, 206 -> {
        cache.unsliced(plan.key());
        forget(slice);
      }
      case 404, 410, 412, 416 -> forget(slice);
      default -> {
        boolean passing = status >= 500 || status == 408 || status == 429;
        var failure = new FetchFailure(passing ? 503 : status, "status " + status, null);
        for (Waiter waiter : flight.end()) {
          if (waiter.equals(delivery.leader())) {
            waiter.fail(failure);
          } else {
            waiter.retry();
          }
        }
        return;
      }
    }
    flight.end().forEach(Waiter::alone);
  }

  /** What the slice is of is not to be used again, unless it has been replaced already. */
  private void forget(Slice slice) {
    cache
        .store()
        .removeUnless(
            slice.whole(),
            present -> {
              Head now = LocalCache.response(present);
              return now == null || !EntityTags.strongMatch(now.etag(), slice.etag());
            });
  }
}
