package dev.brink.exec.web;

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
