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
  private static final Set<HttpMethod> SAFE =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);

  private final LocalCache cache;
  private final Exchange exchange;
  private final CacheRequest asked;
  private final CacheKey key;
  private final StatusField.Forward why;
  private final long requestedMillis;
  private final long requestedNanos = System.nanoTime();

  Passage(
      LocalCache cache,
      Exchange exchange,
      CacheRequest asked,
      CacheKey key,
      StatusField.Forward why) {
    this.cache = cache;
    this.exchange = exchange;
    this.asked = asked;
    this.key = key;
    this.why = why;
    requestedMillis = cache.clock().millis();
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
    Fields.removeHopByHop(head.headers());
    HttpMethod method = asked.request().method();
    int status = head.status().code();
    if (method.equals(HttpMethod.HEAD) && status == 200) {
      freshen(head.headers(), peerStamp);
    }
    if (SAFE.contains(method) || status < 200 || status >= 400) {
      exchange.passOn(head, body, why, null);
      return;
    }
    var _ =
        cache
            .changed(key.space(), changedUrls(head.headers()))
            .whenComplete((done, failure) -> pass(head, body));
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

  private void pass(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    if (asked.request().method().equals(HttpMethod.POST) && head.status().code() == 200) {
      Head stored = storable(head);
      if (stored != null) {
        record(stored, head, body);
        return;
      }
    }
    exchange.passOn(head, body, why, null);
  }

  /** What a {@code GET} for the same resource would bring, if the response says that it is that. */
  private @Nullable Head storable(HttpResponse response) {
    HttpHeaders headers = response.headers();
    String location = headers.get(HttpHeaderNames.CONTENT_LOCATION);
    CacheKey named = location == null ? null : resolve(location);
    Rules rules = Rules.of(headers);
    if (named == null
        || !named.key().equals(key.key())
        || headers.contains(HttpHeaderNames.VARY)
        || Storing.refusal(asked, response, headers, rules) != null) {
      return null;
    }
    long now = cache.clock().millis();
    long stamp = cache.clock().now();
    Freshness freshness =
        Freshness.of(
            200,
            headers,
            rules.directives(),
            rules.targeted(),
            false,
            asked.policy(),
            requestedMillis,
            now);
    if (!freshness.explicit() || freshness.lifetimeSeconds() <= freshness.initialAgeSeconds()) {
      return null;
    }
    return new Head(
        200,
        response.status().reasonPhrase(),
        Storing.kept(headers, rules),
        requestedMillis,
        now,
        freshness,
        stamp,
        stamp,
        key.site(),
        key.url(),
        Storing.tags(headers),
        List.of(),
        -1,
        Coding.AS_IT_CAME,
        false,
        System.nanoTime() - requestedNanos);
  }

  private void record(Head stored, HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    var recording = new Recording(cache, key.space(), key.key(), stored, -1, true, () -> {});
    Fill fill = recording.fill();
    if (!exchange.answer(recording, why, false)) {
      Unwanted.response(head, body);
      return;
    }
    WholeBody.feed(head, body, fill);
    fill.release();
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
      boolean same =
          (length == null || sameLength(length, before.length(present)))
              && (etag == null || (before.etag() != null && matches(etag, before.etag())))
              && (modified == null || modified.equals(before.lastModified()));
      if (!same) {
        cache.invalidate(key.space(), List.of(key.url()));
        return;
      }
      HttpHeaders fields = Freshening.fields(before.fields(), update);
      Rules rules = Rules.of(fields);
      long now = cache.clock().millis();
      Freshness freshness =
          Freshness.of(
              200,
              fields,
              rules.directives(),
              rules.targeted(),
              Storing.personal(asked.request(), asked.policy()),
              asked.policy(),
              requestedMillis,
              now);
      long stamp = peerStamp == 0 ? before.stamp() : Math.min(peerStamp, before.stamp());
      Head fresh =
          before.with(Storing.kept(fields, rules), requestedMillis, now, freshness, stamp, stamp);
      cache.freshen(present, before, fresh);
    }
  }

  private static boolean sameLength(String said, long stored) {
    return stored < 0 || said.equals(Long.toString(stored));
  }

  private static boolean matches(String one, @Nullable String other) {
    return other != null && EntityTags.weakMatch(one, other);
  }
}
