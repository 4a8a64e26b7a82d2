package dev.brink.exec.web;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables of web-platform-tests: see wpt/LICENSE.md. */
class WebUrlTest {
  private static final Engine ENGINE =
      Engine.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build();
  private static final Context CONTEXT = Context.newBuilder("js").engine(ENGINE).build();

  @AfterAll
  static void close() {
    CONTEXT.close();
    ENGINE.close();
  }

  @Test
  void parsesAsTheTableSays() throws IOException {
    Value table =
        CONTEXT
            .eval("js", "(text) => JSON.parse(text).filter((row) => typeof row === 'object')")
            .execute(read("urltestdata.json"));
    List<String> wrong = new ArrayList<>();
    for (long i = 0; i < table.getArraySize(); i++) {
      Value row = table.getArrayElement(i);
      String base = text(row, "base");
      String expected = row.hasMember("failure") ? null : text(row, "href");
      String input = row.getMember("input").asString();
      String href = parse(input, base);
      if (expected == null ? href != null : !expected.equals(href)) {
        wrong.add(input + " on " + base + ": " + href + " instead of " + expected);
      }
    }
    assertThat(table.getArraySize()).isGreaterThan(800);
    assertThat(wrong).isEmpty();
  }

  @Test
  void whatIsNormalIsItsOwnSerializationAndNeedsNoParsing() throws IOException {
    Value inputs =
        CONTEXT
            .eval(
                "js",
                "(text) => JSON.parse(text).filter((row) => typeof row === 'object').flatMap((row)"
                    + " => [row.input, row.href ?? row.input])")
            .execute(read("urltestdata.json"));
    List<String> urls = new ArrayList<>();
    for (long i = 0; i < inputs.getArraySize(); i++) {
      urls.add(inputs.getArrayElement(i).asString());
    }
    String[] hosts = {
      "a", "a-b.c", "1.2.3.4", "1.2.3", "1.2.3.256", "01.2.3.4", "a.1", "a..b", "a."
    };
    String[] ports = {"", ":", ":1", ":80", ":443", ":08", ":65535", ":65536", ":123456"};
    String[] paths = {"", "/", "/a.", "/.", "/a/..", "/a/.b", "/%2e", "/a/%2E%2E/b", "/%41", "/%4"};
    for (String host : hosts) {
      for (String port : ports) {
        for (String path : paths) {
          urls.add("http://" + host + port + path);
          urls.add("https://" + host + port + path + "?q=%2e&r='");
          for (String end : List.of("#", "#f", "#a?b", "#a#b", "#a b", "?#", "?q=1#/f", "?")) {
            urls.add("https://" + host + port + path + end);
          }
        }
      }
    }
    List<String> wrong = new ArrayList<>();
    int normal = 0;
    for (String url : urls) {
      if (NormalUrl.is(url)) {
        normal++;
        WebUrl parsed = WebUrl.parse(url, null);
        if (parsed == null
            || !parsed.href().equals(url)
            || !parsed.lines().equals(NormalUrl.lines(url))) {
          wrong.add(url + ": " + NormalUrl.lines(url));
        }
      } else {
        String lines = NormalUrl.lines(url);
        WebUrl parsed = lines == null ? null : WebUrl.parse(url, null);
        if (lines != null && (parsed == null || !parsed.lines().equals(lines))) {
          wrong.add(url + ": " + lines);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(normal).isGreaterThan(150);
  }

  @Test
  void aPathThatNeedsNoParsingIsWhatTheParserMakesOfIt() {
    List<String> wrong = new ArrayList<>();
    int known = 0;
    String[] segments = {
      "", "/", "a", ".", "..", "a.b", "a.", ".b", "%2e", "%41", "b c", " ", "ü", "😀", "\\", "?",
      "#", "\t", "\n", "\u0000", "\u007f", "\"", "'", "<", "^", "`", "{|}", ":@", "[]"
    };
    for (String first : segments) {
      for (String second : segments) {
        String path = "/" + first + "/" + second;
        String quick = NormalUrl.path(path);
        if (quick != null) {
          known++;
          WebUrl url = requireNonNull(WebUrl.parse("https://host/before", null));
          url.set("pathname", path);
          if (!url.pathname().equals(quick)) {
            wrong.add(path + ": " + quick + " instead of " + url.pathname());
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(known).isGreaterThan(200);
    assertThat(NormalUrl.path("a")).isNull();
    assertThat(NormalUrl.path("")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:8080/hello",
        "http://127.0.0.1:18090/hello?x=1&y=%20",
        "https://www.example.com/a/b.c;d=1/~e_f",
        "http://10.0.0.1/",
        "http://a.b-c:65535/%41"
      })
  void usualUrlsAreNormal(String url) {
    assertThat(NormalUrl.is(url)).isTrue();
  }

  @Test
  void setsAsTheTableSays() throws IOException {
    Value table =
        CONTEXT
            .eval(
                "js",
                "(text) => Object.entries(JSON.parse(text)).filter(([name]) => name !== 'comment'"
                    + " && name !== 'href').flatMap(([property, rows]) => rows.map((row) => ({"
                    + " property, href: row.href, value: row.new_value, expected: row.expected.href"
                    + " ?? null }))).filter((row) => row.expected !== null)")
            .execute(read("setters_tests.json"));
    List<String> wrong = new ArrayList<>();
    for (long i = 0; i < table.getArraySize(); i++) {
      Value row = table.getArrayElement(i);
      WebUrl url = WebUrl.parse(row.getMember("href").asString(), null);
      assertThat(url).isNotNull();
      if (url != null) {
        WebUrl copy = WebUrl.ofLines(url.lines());
        copy.set(row.getMember("property").asString(), row.getMember("value").asString());
        if (!copy.href().equals(row.getMember("expected").asString())) {
          wrong.add(row + ": " + copy.href());
        }
      }
    }
    assertThat(table.getArraySize()).isGreaterThan(200);
    assertThat(wrong).isEmpty();
  }

  private static @Nullable String parse(String input, @Nullable String base) {
    WebUrl from = base == null ? null : WebUrl.parse(base, null);
    if (base != null && from == null) {
      return null;
    }
    WebUrl url = WebUrl.parse(input, from);
    return url == null ? null : WebUrl.ofLines(url.lines()).href();
  }

  private static @Nullable String text(Value row, String member) {
    Value value = row.getMember(member);
    return value == null || value.isNull() ? null : value.asString();
  }

  private static String read(String name) throws IOException {
    try (@Nullable InputStream in = WebUrlTest.class.getResourceAsStream("/wpt/" + name)) {
      if (in == null) {
        throw new IOException(name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
