package dev.brink.cache;

import dev.brink.cache.field.ContentRange;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;

/**
 * What is asked of an origin, from the moment that it is asked: how old and how good an answer is
 * depends on that. Immutable.
 */
final class Question {
  private final CacheClock clock;
  private final CacheRequest asked;
  private final CacheKey key;
  private final long stamp;
  private final long requestedMillis;
  private final long requestedNanos = System.nanoTime();

  /** Asked now. */
  Question(CacheClock clock, CacheRequest asked, CacheKey key) {
    this.clock = clock;
    this.asked = asked;
    this.key = key;
    stamp = clock.now();
    requestedMillis = clock.millis();
  }

  /** On the cache's clock, when it was asked. */
  long stamp() {
    return stamp;
  }

  /**
   * The head of a response as it is stored, received now.
   *
   * @param peerStamp what another cache of the mesh said of it; 0: an origin has sent it
   */
  Head head(HttpResponse response, Rules rules, long peerStamp) {
    HttpHeaders headers = response.headers();
    long now = clock.millis();
    if (peerStamp != 0) {
      clock.observe(peerStamp);
    }
    int status = response.status().code();
    HttpHeaders kept = Storing.kept(headers, rules);
    if (peerStamp != 0) {
      Fields.removeLast(kept, Fields.CACHE_STATUS);
    }
    ContentRange part = status == 206 ? Storing.contentRange(headers) : null;
    return new Head(
        status,
        response.status().reasonPhrase(),
        kept,
        requestedMillis,
        now,
        freshness(status, headers, rules, now),
        stamp(peerStamp),
        asOf(peerStamp),
        key.site(),
        key.url(),
        Storing.tags(headers),
        part == null ? List.of() : List.of(part.range()),
        part == null ? -1 : part.completeLength(),
        Coding.AS_IT_CAME,
        false,
        System.nanoTime() - requestedNanos);
  }

  /** The head of what is stored, after it was said that it is good. */
  Head freshened(Freshening update, long peerStamp) {
    Head before = update.before();
    Rules rules = update.rules();
    long now = clock.millis();
    return before.with(
        Storing.kept(update.fields(), rules),
        requestedMillis,
        now,
        freshness(before.status(), update.judged(), rules, now),
        stamp(peerStamp),
        asOf(peerStamp));
  }

  /** A copy is no newer than what it is of, nor than the question for it. */
  private long stamp(long peerStamp) {
    return peerStamp == 0 ? stamp : Math.min(peerStamp, stamp);
  }

  /** Where this cache hears of each put, only the puts after its question outdate the answer. */
  private long asOf(long peerStamp) {
    return asked.policy().manual() ? stamp : stamp(peerStamp);
  }

  private Freshness freshness(int status, HttpHeaders headers, Rules rules, long now) {
    CachePolicy policy = asked.policy();
    return Freshness.of(
        status,
        headers,
        rules.directives(),
        rules.targeted(),
        Storing.personal(asked.request(), policy),
        policy,
        requestedMillis,
        now);
  }
}
