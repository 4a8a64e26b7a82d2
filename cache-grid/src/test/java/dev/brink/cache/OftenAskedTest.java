package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * What is kept of what is asked for often: made once, for nothing else, and no longer than that is
 * stored.
 */
class OftenAskedTest {
  private static final int OFTEN = 5;

  @AutoClose private final TestOrigin origin = new TestOrigin();

  private Client often(String target, String... headers) {
    Client last = origin.get(target, headers);
    for (int i = 0; i < OFTEN; i++) {
      last = origin.get(target, headers);
      assertThat(last.outcome()).isEqualTo(CacheResult.Outcome.HIT);
    }
    return last;
  }

  private static CacheRequest request(
      String scheme, String host, String target, CachePolicy policy) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    request.headers().set("host", host);
    return new CacheRequest(request, scheme, null, policy);
  }

  @Test
  void aKeyIsMadeOnce() {
    var keys = new CacheKeys();
    CacheRequest request = request("http", "example.org", "/a", CachePolicy.DEFAULT);
    CacheKey first = keys.of(request);
    CacheKey second = keys.of(request);
    assertThat(keys.of(request)).isSameAs(second).isEqualTo(first);
  }

  @Test
  void aKeyIsOfAllThatItIsMadeOf() {
    var keys = new CacheKeys();
    CacheRequest[] requests = {
      request("http", "example.org", "/Aa", CachePolicy.DEFAULT),
      request("http", "example.org", "/BB", CachePolicy.DEFAULT),
      request("https", "example.org", "/Aa", CachePolicy.DEFAULT),
      request("http", "Aa.example", "/x", CachePolicy.DEFAULT),
      request("http", "BB.example", "/x", CachePolicy.DEFAULT),
      request("http", "example.org", "/Aa", CachePolicy.builder().space("t").build()),
      request("http", "example.org", "/Aa", CachePolicy.builder().version("2").build()),
      request("http", "example.org", "/?b&a", CachePolicy.DEFAULT),
      request(
          "http", "example.org", "/?b&a", CachePolicy.builder().query(QueryRule.VERBATIM).build())
    };
    for (CacheRequest request : requests) {
      for (int i = 0; i < OFTEN; i++) {
        assertThat(keys.of(request)).isEqualTo(CacheKey.of(request));
      }
      for (CacheRequest other : requests) {
        assertThat(keys.of(other)).isEqualTo(CacheKey.of(other));
      }
    }
  }

  @Test
  void aKeyWithFieldsOfTheRequestIsMadeEachTime() {
    origin.policy = CachePolicy.builder().keyHeaders(List.of("x-brand")).build();
    origin.reply(200, "one", "cache-control", "max-age=60");
    assertThat(often("/a", "x-brand", "1").body).hasToString("one");
    origin.reply(200, "two", "cache-control", "max-age=60");
    assertThat(origin.get("/a", "x-brand", "2").body).hasToString("two");
  }

  @Test
  void aHeadIsReadOnceForItsObjectAndAnewForAnother() {
    try (Store store = MemoryStore.ofBytes(1 << 20)) {
      var heads = new StoredHeads();
      StoreKey id = StoreKey.of("a");
      store.draft(id, 0).commit(Variants.NONE.encode(), Worth.UNKNOWN).close();
      StoredObject object = requireNonNull(store.find(id));
      var _ = heads.of(id, object);
      StoredHeads.Content kept = heads.of(id, object);
      assertThat(kept).isEqualTo(Variants.NONE);
      assertThat(heads.of(id, object)).isSameAs(kept);
      assertThat(store.replaceHead(object, new byte[] {1}, Worth.UNKNOWN)).isTrue();
      object.close();
      StoredObject other = requireNonNull(store.find(id));
      assertThat(heads.of(id, other)).isNull();
      other.close();
    }
  }

  @Test
  void whatClientsDoToTheirAnswersIsNotSeenByOthers() {
    origin.reply(200, "a", "cache-control", "max-age=60", "x-mine", "one");
    HttpHeaders fields = requireNonNull(often("/a").head).headers();
    fields.set("x-mine", "two").remove("cache-control");
    HttpHeaders next = requireNonNull(origin.get("/a").head).headers();
    assertThat(next.get("x-mine")).isEqualTo("one");
    assertThat(next.get("cache-control")).isEqualTo("max-age=60");
    assertThat(next.getAll("age")).containsExactly("0");
  }

  @Test
  void fieldsOfAValidationAreSeenAtOnce() {
    origin.reply(200, "a", "cache-control", "max-age=60", "etag", "\"1\"", "x-mine", "one");
    assertThat(often("/a").header("x-mine")).isEqualTo("one");
    origin.pass(61);
    origin.reply(304, "", "cache-control", "max-age=60", "etag", "\"1\"", "x-mine", "two");
    assertThat(origin.get("/a").header("x-mine")).isEqualTo("two");
    assertThat(often("/a").header("x-mine")).isEqualTo("two");
  }

  @Test
  void whatIsPurgedIsGone() {
    origin.reply(200, "one", "cache-control", "max-age=60", "cache-tag", "t");
    assertThat(often("/a").body).hasToString("one");
    var _ = origin.cache.purge(Purge.of(Purge.Scope.TAG, "t"));
    origin.reply(200, "two", "cache-control", "max-age=60", "cache-tag", "t");
    assertThat(origin.get("/a").outcome()).isEqualTo(CacheResult.Outcome.MISS);
    assertThat(often("/a").body).hasToString("two");
  }

  @Test
  void aNewVariantIsFound() {
    origin.reply(200, "one", "cache-control", "max-age=60", "vary", "accept-language");
    assertThat(often("/a", "accept-language", "en").body).hasToString("one");
    origin.reply(200, "two", "cache-control", "max-age=60", "vary", "accept-language");
    assertThat(often("/a", "accept-language", "de").body).hasToString("two");
    assertThat(often("/a", "accept-language", "en").body).hasToString("one");
  }
}
