package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Paths that end like static files, and responses that are none. */
class DeceptionTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  private boolean stores(String target, String... fields) {
    return stores(200, target, fields);
  }

  private boolean stores(int status, String target, String... fields) {
    origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    origin.reply(status, "x", fields);
    origin.get(target, "cache-control", "max-age=5");
    return origin.get(target, "cache-control", "only-if-cached").outcome() == Outcome.HIT;
  }

  private boolean storesTyped(String target, String type) {
    return stores(target, "cache-control", "max-age=60", "content-type", type);
  }

  @Test
  void aPathIsJudgedAsItIsStoredAndSent() {
    for (String target :
        List.of(
            "/account/x%2Ecss",
            "/account/x%2ecs%73?a=b.png",
            "/account/x.%43SS",
            "/account/./x.css",
            "/account/y/../x.css",
            "/account%2Fx.css",
            "/account;x.css")) {
      assertThat(storesTyped(target, "text/html")).as(target).isFalse();
    }
    assertThat(storesTyped("/account.css/x", "text/html")).isTrue();
    assertThat(storesTyped("/account?x.css", "text/html")).isTrue();
    assertThat(storesTyped("/account?x=/a.css", "text/html")).isTrue();
  }

  @Test
  void whatIsNoTypeOfTheExtensionIsNotStored() {
    List<String> types =
        List.of(
            "text/html",
            "TEXT/HTML; charset=utf-8",
            "application/xhtml+xml",
            "application/json",
            "application/problem+json",
            "application/hal+json; profile=a",
            "text/xml",
            "application/soap+xml",
            "application/x-ndjson",
            "text/plain",
            "");
    for (String extension :
        List.of(
            "css", "js", "png", "wasm", "eot", "docx", "m3u8", "ts", "zip", "woff2", "mp4", "pdf",
            "svg", "exe")) {
      for (String type : types) {
        assertThat(storesTyped("/account/x." + extension, type))
            .as(extension + ": " + type)
            .isFalse();
      }
      assertThat(stores("/account/x." + extension, "cache-control", "max-age=60"))
          .as(extension + " without a type")
          .isFalse();
    }
    for (String extension : List.of("json", "map", "xml", "txt", "csv", "md")) {
      for (String type : List.of("text/html", "application/xhtml+xml")) {
        assertThat(storesTyped("/account/x." + extension, type))
            .as(extension + ": " + type)
            .isFalse();
      }
    }
  }

  @Test
  void whatIsOneOfItsTypesIsStored() {
    String[][] good = {
      {"css", "text/css; charset=utf-8"},
      {"js", "application/javascript"},
      {"mjs", "Text/JavaScript"},
      {"json", "application/problem+json"},
      {"map", "application/json"},
      {"xml", "application/rss+xml"},
      {"png", "image/webp"},
      {"svg", "image/svg+xml"},
      {"ico", "image/vnd.microsoft.icon"},
      {"woff2", "font/woff2"},
      {"eot", "application/vnd.ms-fontobject"},
      {"ttf", "application/x-font-ttf"},
      {"m3u8", "application/vnd.apple.mpegurl"},
      {"ts", "video/mp2t"},
      {"ts", "text/javascript"},
      {"wasm", "application/wasm"},
      {"docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
      {"zip", "application/x-zip-compressed"},
      {"gz", "application/gzip"},
      {"gz", "text/xml"},
      {"zst", "text/csv"},
      {"csv", "application/vnd.ms-excel"},
      {"txt", "text/plain"},
      {"PNG", "application/octet-stream"},
      {"html", "text/html"},
      {"php", "text/html"},
    };
    for (String[] each : good) {
      assertThat(storesTyped("/a." + each[0], each[1])).as(String.join(": ", each)).isTrue();
    }
  }

  @Test
  void aResponseWithoutContentNeedsNoType() {
    assertThat(stores(301, "/a.png", "cache-control", "max-age=60", "location", "/b.png")).isTrue();
    assertThat(stores(204, "/a.png", "cache-control", "max-age=60")).isTrue();
    assertThat(stores(404, "/a.png", "cache-control", "max-age=60")).isTrue();
    assertThat(stores("/a.png", "cache-control", "max-age=60", "content-length", "0")).isTrue();
  }

  @Test
  void whatIsNoSuccessIsJudgedOnlyForOneWhoSaysWhoItIs() {
    String[] page = {"cache-control", "max-age=60", "content-type", "text/html"};
    for (String target : List.of("/favicon.ico", "/robots.txt", "/a.json", "/a.png")) {
      assertThat(stores(404, target, page)).as(target).isTrue();
      assertThat(stores(301, target, page)).as(target).isTrue();
    }
    origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    origin.reply(404, "x", page).get("/a.json", "cookie", "a=1");
    assertThat(origin.get("/a.json", "cache-control", "only-if-cached").failure).isNotNull();
  }

  @Test
  void theStrictSwitchLeavesItToTheRfc() {
    origin.policy = CachePolicy.builder().strict(true).build();
    assertThat(storesTyped("/account/x.css", "text/html")).isTrue();
  }
}
