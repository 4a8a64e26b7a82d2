package dev.brink.cache;

import dev.brink.cache.field.EntityTags;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The response to a request that goes through the cache as it is, and what it says of what is
 * stored: an unsafe method outdates it (RFC 9111 section 4.4), a {@code HEAD} freshens it (section
 * 4.3.5), and a {@code POST} may bring what a {@code GET} would (RFC 9110 section 9.3.3).
 */
final class Passage implements Upstream.Listener {
  static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);

  private final LocalCache cache;
  private final Exchange exchange;
  private final CacheRequest asked;
  private final CacheKey key;
  private final StatusField.Forward why;
  private final boolean freshens;
  private final Question question;

  /**
   * @param freshens whether the request is one whose response may be stored, as far as that depends
   *     on the request
   */
  Passage(
      LocalCache cache,
      Exchange exchange,
      CacheRequest asked,
      CacheKey key,
      StatusField.Forward why,
      boolean freshens) {
    this.cache = cache;
    this.exchange = exchange;
    this.asked = asked;
    this.key = key;
    this.why = why;
    this.freshens = freshens;
    this.question = new Question(cache.clock(), asked, key);
  }

  @Override
  public void onInterim(HttpResponse head) {
    exchange.interim(head);
  }

  @Override
  public void onFailure(FetchFailure failure) {
    exchange.fail(failure);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long peerStamp) {
    Fields.removeHopByHop(head);
    HttpMethod method = asked.request().method();
    int status = head.status().code();
    if (freshens && status == 200) {
      freshen(head.headers(), peerStamp);
    }
    if (SAFE.contains(method) || status < 200 || status >= 400) {
      exchange.passOn(head, body, why, null);
      return;
    }
    Head came = cache.outdates(key, question.stamp()) ? null : storable(head, peerStamp);
    List<String> urls = changedUrls(head.headers());
    long changed = cache.invalidate(key.space(), urls);
    var _ =
        cache
            .tellOthers(key.space(), urls, came != null)
            .whenComplete(
                (latest, failure) ->
                    Waiters.each(
                        List.of(exchange),
                        waiter -> {
                          if (latest != null) {
                            cache.clock().observe(latest);
                          }
                          pass(head, body, came == null ? null : afterItself(came, changed));
                        }));
  }

  /**
   * What an unsafe request brought, which the change that it made itself does not outdate, on any
   * node that was told.
   *
   * @param changed when it made that here
   * @return {@code null} when something else has outdated it
   */
  private @Nullable Head afterItself(Head came, long changed) {
    long now = cache.clock().now();
    // As of when it was asked for: from here on that is not known any more.
    return cache.changedAfter(key.space(), key.url(), changed) || cache.isPurged(key.space(), came)
        ? null
        : came.changedUntil(now);
  }

  private List<String> changedUrls(HttpHeaders headers) {
    List<String> urls = new ArrayList<>();
    urls.add(key.url());
    add(urls, headers.get(HttpHeaderNames.LOCATION));
    add(urls, headers.get(HttpHeaderNames.CONTENT_LOCATION));
    return urls;
  }

  private void add(List<String> urls, @Nullable String reference) {
    CacheKey named = reference == null ? null : resolve(reference);
    if (named != null) {
      urls.add(named.url());
    }
  }

  /** What a response names, if it is of the same site. */
  private @Nullable CacheKey resolve(String reference) {
    try {
      URI base = new URI(asked.scheme() + "://" + key.site() + key.target());
      URI target = base.resolve(new URI(reference));
      String authority = target.getRawAuthority();
      String scheme = target.getScheme();
      if (authority == null
          || scheme == null
          || !CacheKey.site(authority, scheme).equals(key.site())) {
        return null;
      }
      String path = target.getRawPath().isEmpty() ? "/" : target.getRawPath();
      String query = target.getRawQuery();
      return key.sibling(asked, query == null ? path : path + "?" + query);
    } catch (URISyntaxException | IllegalArgumentException _) {
      return null;
    }
  }

  private void pass(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, @Nullable Head stored) {
    Recording recording = null;
    try {
      if (stored != null) {
        recording = new Recording(cache, key.space(), key.key(), stored, -1, true, () -> {});
      }
    } catch (RuntimeException | Error e) {
      Unwanted.response(head, body);
      throw e;
    }
    if (recording == null) {
      exchange.passOn(head, body, why, null);
    } else {
      record(recording, head, body);
    }
  }

  /** What a {@code GET} for the same resource would bring, if the response says that it is that. */
  private @Nullable Head storable(HttpResponse response, long peerStamp) {
    if (!asked.request().method().equals(HttpMethod.POST) || response.status().code() != 200) {
      return null;
    }
    HttpHeaders headers = response.headers();
    String location = headers.get(HttpHeaderNames.CONTENT_LOCATION);
    CacheKey named = location == null ? null : resolve(location);
    if (named == null || !named.key().equals(key.key())) {
      return null;
    }
    AllowedOrigin.nameInVary(asked, headers);
    Rules rules = Rules.of(headers);
    if (headers.contains(HttpHeaderNames.VARY)
        || Storing.refusal(asked, key, response, headers, rules) != null) {
      return null;
    }
    Head came = question.head(response, rules, peerStamp);
    Freshness freshness = came.freshness();
    if (!freshness.explicit() || freshness.lifetimeSeconds() <= freshness.initialAgeSeconds()) {
      return null;
    }
    return came;
  }

  private void record(
      Recording recording, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    Fill fill = recording.fill();
    Head own = Reserved.of(head.headers()).in(recording.head());
    boolean fed = false;
    try {
      fed = exchange.answer(recording, own, why, false);
      if (fed) {
        WholeBody.feed(head, body, fill);
      } else {
        Unwanted.response(head, body);
      }
    } catch (RuntimeException | Error e) {
      if (!fed) {
        Unwanted.response(head, body);
      }
      fill.onError(e);
      throw e;
    } finally {
      fill.release();
    }
  }

  /** What a {@code HEAD} says of the stored response to a {@code GET}. */
  private void freshen(HttpHeaders update, long peerStamp) {
    try (var present = cache.store().find(key.key())) {
      Head before = present == null ? null : LocalCache.response(present);
      if (present == null || before == null || before.status() != 200) {
        return;
      }
      String length = update.get(HttpHeaderNames.CONTENT_LENGTH);
      String etag = update.get(HttpHeaderNames.ETAG);
      String modified = update.get(HttpHeaderNames.LAST_MODIFIED);
      var freshening = Freshening.of(before, update, asked);
      Head fresh = question.freshened(freshening, peerStamp);
      boolean same =
          Variants.names(fresh).isEmpty()
              && (length == null || sameLength(length, before.length(present)))
              && (etag == null || (before.etag() != null && matches(etag, before.etag())))
              && (modified == null || modified.equals(before.lastModified()));
      String refusal = refusal(freshening);
      if (!same || refusal != null) {
        if (refusal == null || !Storing.tellsWho(asked.request())) {
          cache.invalidate(key.space(), List.of(key.url()));
        }
        return;
      }
      cache.freshen(present, before, fresh.noNewerThan(before));
    }
  }

  private @Nullable String refusal(Freshening freshening) {
    String refusal = freshening.refusal(asked, key);
    return refusal == null ? Storing.refusal(asked.request(), freshening.rules()) : refusal;
  }

  private static boolean sameLength(String said, long stored) {
    return stored < 0 || said.equals(Long.toString(stored));
  }

  private static boolean matches(String one, @Nullable String other) {
    return other != null && EntityTags.weakMatch(one, other);
  }
}
