package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.store.MemoryStore;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** How a cache knows, before a response has come, that it will be for one client alone. */
class UnsharedTest {
  private static final int HERD = 10;

  @AutoClose private final TestOrigin origin;
  private final List<HerdNews> told = new ArrayList<>();

  /** Another node's cache, which hears of the news. */
  @AutoClose private final TestOrigin other;

  private final List<HerdNews> toldOn = new ArrayList<>();

  UnsharedTest() {
    other =
        new TestOrigin(HttpCache.builder(MemoryStore.ofBytes(8 << 20)).herdListener(toldOn::add));
    origin =
        new TestOrigin(HttpCache.builder(MemoryStore.ofBytes(8 << 20)).herdListener(this::tell));
  }

  private void tell(HerdNews news) {
    told.add(news);
    other.cache.heard(news);
  }

  private static void herd(TestOrigin at, String target, String... fields) {
    for (int i = 0; i < HERD; i++) {
      at.get(target, fields);
    }
  }

  private static void answerAll(TestOrigin at, String cacheControl) {
    while (!at.waiting.isEmpty()) {
      at.answer(200, "cache-control", cacheControl).end();
    }
  }

  private void get(String target, String cacheControl, String... fields) {
    origin.reply(200, "", "cache-control", cacheControl).get(target, fields);
  }

  private static HttpResponse interim(int status, String cacheControl) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    head.headers().set("cache-control", cacheControl);
    return head;
  }

  // What is declared.

  @Test
  void nobodyWaitsForWhatIsDeclaredUnsharedAndNothingOfItIsStored() {
    origin.policy = CachePolicy.builder().unshared(List.of("/me", "/cart/*")).build();
    herd(origin, "/cart/a?b=c");
    assertThat(origin.requests).hasSize(HERD);
    herd(origin, "/%63art/../cart/a");
    assertThat(origin.requests).as("by the normal form").hasSize(2 * HERD);
    herd(origin, "/me");
    assertThat(origin.requests).hasSize(3 * HERD);
    answerAll(origin, "max-age=60");
    herd(origin, "/me");
    assertThat(origin.requests).hasSize(4 * HERD);
    assertThat(origin.cache.storeStats().objects()).isZero();
    assertThat(told).isEmpty();
  }

  @Test
  void whatIsNotDeclaredUnsharedIsSharedAsEver() {
    origin.policy = CachePolicy.builder().unshared(List.of("/me", "/cart/*")).build();
    herd(origin, "/menu");
    herd(origin, "/cart");
    assertThat(origin.requests).hasSize(2);
  }

  @Test
  void aPathHasToBeOne() {
    for (String path : List.of("", "*", "cart", "/a*b", "/a?b")) {
      CachePolicy.Builder policy = CachePolicy.builder().unshared(List.of(path));
      assertThatIllegalArgumentException().isThrownBy(policy::build).withMessageContaining(path);
    }
  }

  // What an origin says ahead.

  @Test
  void earlyHintsOfAnUnsharedResponseLetTheOthersGoAtOnce() {
    herd(origin, "/a");
    assertThat(origin.requests).hasSize(1);
    origin.waiting.getFirst().onInterim(interim(103, "private"));
    assertThat(origin.requests).hasSize(HERD);
    answerAll(origin, "private");
    herd(origin, "/b");
    origin.waiting.getFirst().onInterim(interim(103, "no-store"));
    assertThat(origin.requests).hasSize(2 * HERD);
  }

  @Test
  void otherInterimResponsesLetNobodyGo() {
    herd(origin, "/a");
    origin.waiting.getFirst().onInterim(interim(103, "max-age=60, private=\"x-user\""));
    origin.waiting.getFirst().onInterim(interim(102, "no-store"));
    assertThat(origin.requests).hasSize(1);
    origin.answer(200, "cache-control", "max-age=60").end();
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aResponseThatIsForAllAfterAllIsStored() {
    herd(origin, "/a");
    origin.waiting.getFirst().onInterim(interim(103, "no-store"));
    answerAll(origin, "max-age=60");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  // What another cache has learnt.

  @Test
  void whatOneCacheHasLearntOfAFolderTheOtherKnows() {
    get("/cart/1", "no-store");
    get("/cart/2", "no-store");
    herd(other, "/cart/a");
    assertThat(other.requests).as("two are not enough").hasSize(1);
    answerAll(other, "no-store");
    other.requests.clear();
    get("/cart/3", "no-store");
    herd(other, "/cart/b");
    assertThat(other.requests).hasSize(HERD);
    herd(other, "/b");
    assertThat(other.requests).as("another folder").hasSize(HERD + 1);
  }

  @Test
  void bothCountEachKeyOnce() {
    get("/cart/1", "no-store");
    other.reply(200, "", "cache-control", "no-store").get("/cart/1");
    get("/cart/2", "no-store");
    other.reply(200, "", "cache-control", "no-store").get("/cart/2");
    other.requests.clear();
    herd(other, "/cart/a");
    assertThat(other.requests).hasSize(1);
  }

  @Test
  void theOtherHearsThatAFolderIsForAllAsWell() {
    get("/cart/1", "no-store");
    get("/cart/2", "no-store");
    get("/cart/3", "max-age=60");
    get("/cart/4", "no-store");
    herd(other, "/cart/a");
    assertThat(other.requests).as("not three in a row").hasSize(1);
  }

  /** It shall be asked for once, though others of the folder are for one client each. */
  @Test
  void aFolderWhereSomethingIsForAllIsNotTakenForUnshared() {
    get("/page/1", "max-age=60");
    for (int i = 2; i < 10; i++) {
      get("/page/" + i, "no-store");
    }
    herd(origin, "/page/a");
    assertThat(origin.requests).hasSize(10);
    herd(other, "/page/b");
    assertThat(other.requests).hasSize(1);
    assertThat(told).isEmpty();
    answerAll(origin, "no-store");
    origin.pass(3601);
    for (int i = 2; i < 10; i++) {
      get("/page/again" + i, "no-store");
    }
    origin.requests.clear();
    herd(origin, "/page/c");
    assertThat(origin.requests).as("after an hour").hasSize(HERD);
  }

  @Test
  void theOtherKnowsOfCookiesAfterOneResponse() {
    get("/cart/1", "no-store", "cookie", "who=me");
    herd(other, "/cart/a", "cookie", "who=you");
    assertThat(other.requests).hasSize(HERD);
    herd(other, "/cart/b");
    assertThat(other.requests).as("without").hasSize(HERD + 1);
    get("/cart/2", "max-age=60", "cookie", "who=me");
    herd(other, "/cart/c", "cookie", "who=you");
    assertThat(other.requests).as("after one that is for all").hasSize(HERD + 2);
  }

  @Test
  void theOtherKnowsWhereCredentialsDoNotMatter() {
    herd(other, "/api/a", "authorization", "me");
    assertThat(other.requests).hasSize(HERD);
    get("/api/1", "public, max-age=60", "authorization", "me");
    herd(other, "/api/b", "authorization", "me");
    assertThat(other.requests).hasSize(HERD + 1);
  }

  @Test
  void onlyWhatOthersWouldNotKnowIsTold() {
    for (int i = 0; i < 100; i++) {
      get("/cart/" + i, "no-store");
    }
    assertThat(told).hasSize(3);
    origin.pass(61);
    get("/cart/more", "no-store");
    get("/cart/most", "no-store");
    assertThat(told).as("before they forget").hasSize(4);
    for (int i = 0; i < 100; i++) {
      get("/news/" + i, "max-age=60");
    }
    assertThat(told).as("what all take for granted").hasSize(4);
    assertThat(toldOn).as("of what others told").isEmpty();
  }

  @Test
  void whatWasHeardIsForgottenAfterTwoMinutes() {
    for (int i = 0; i < 3; i++) {
      get("/cart/" + i, "no-store");
    }
    other.pass(121);
    herd(other, "/cart/a");
    assertThat(other.requests).hasSize(1);
  }
}
