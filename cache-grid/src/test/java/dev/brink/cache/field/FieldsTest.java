package dev.brink.cache.field;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {
  private static final long NOW = 1_800_000_000L;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "SUN, 06 nov 1994 08:49:37 gmt",
      })
  void readsDatesInAllThreeFormats(String text) {
    assertThat(HttpDate.parse(text, NOW)).isEqualTo(784_111_777L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "",
        "Thu, 18 Aug 2050 02:01:18 UTC",
        "Thu, 18 Aug 2050 02:01:18 AEST",
        "Thu, 18 Aug 50 02:01:18 GMT",
        "Thu 18 Aug 2050 02:01:18 GMT",
        "Thu, 18  Aug  2050 02:01:18 GMT",
        "Thu, 18-Aug-2050 02:01:18 GMT",
        "Thu, 18 Aug 2050 02.01.18 GMT",
        "Thu, 18 Aug 2050 2:01:18 GMT",
        "Thu, 31 Feb 2050 02:01:18 GMT",
        "Thu, 18 Aug 2050 25:01:18 GMT",
        "Thu, 18 Aug 2050 02:01:61 GMT",
        "Xyz, 18 Aug 2050 02:01:18 GMT",
      })
  void refusesWhatIsNoDate(String text) {
    assertThat(HttpDate.parse(text, NOW)).isEqualTo(HttpDate.INVALID);
  }

  @Test
  void aYearOfTwoDigitsIsNeverMoreThanFiftyYearsAhead() {
    long year2050 = HttpDate.parse("Thu, 18 Aug 2050 02:01:18 GMT", NOW);
    assertThat(HttpDate.parse("Thursday, 18-Aug-50 02:01:18 GMT", NOW)).isEqualTo(year2050);
    assertThat(HttpDate.parse("Friday, 18-Aug-78 02:01:18 GMT", NOW))
        .isEqualTo(HttpDate.parse("Fri, 18 Aug 1978 02:01:18 GMT", NOW));
    assertThat(HttpDate.format(784_111_777L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "max-age=3600 | 3600",
        "MaX-aGe=3600 | 3600",
        "max-age=\"3600\" | 3600",
        "foobar, max-age=3600 | 3600",
        "max-age=003600 | 3600",
        "max-age=99999999999 | 2147483648",
        "max-age=1, max-age=1800 | 1",
        "extension=\"max-age=3600\", max-age=1 | 1",
        "max-age=1, extension=\"a, max-age=3600\" | 1",
        "max-age=-3600 | 0",
        "max-age='3600' | 0",
        "max-age=3600a | 0",
        "max-age=a3600 | 0",
        "max-age=3600.5 | 0",
        "max-age= | 0",
        "max-age=\"36 | 0",
        "max-age=\"36\\ | 0",
        "max-age=\" | 0",
        "max-age | 0",
        "public | -1",
      })
  void readsSeconds(String line, long expected) {
    assertThat(Directives.parse(List.of(line.strip())).seconds("max-age")).isEqualTo(expected);
  }

  @Test
  void tellsFlagsFromNames() {
    Directives directives =
        Directives.parse(List.of("no-cache=\"Set-Cookie, X-A\", private", "no-store"));
    assertThat(directives.flag("no-cache")).isFalse();
    assertThat(directives.names("no-cache")).containsExactly("set-cookie", "x-a");
    assertThat(directives.flag("private")).isTrue();
    assertThat(directives.has("no-store")).isTrue();
    assertThat(Directives.parse(List.of("max-age =10")).has("max-age")).isFalse();
  }

  @Test
  void readsTargetedFieldsStrictly() {
    Directives right =
        Objects.requireNonNull(
            Directives.parseTargeted(List.of("max-age=60, no-store=?0, private")), "right");
    assertThat(right.seconds("max-age")).isEqualTo(60);
    assertThat(right.has("no-store")).isFalse();
    assertThat(right.flag("private")).isTrue();
    assertThat(Directives.parseTargeted(List.of("max-age=60, &&&&"))).isNull();
    assertThat(Directives.parseTargeted(List.of("MaX-aGe=60"))).isNull();
    assertThat(Directives.parseTargeted(List.of(""))).isNull();
    Directives wrongType =
        Objects.requireNonNull(Directives.parseTargeted(List.of("max-age=\"60\"")), "wrong type");
    assertThat(wrongType.has("max-age")).isFalse();
  }

  @Test
  void readsEveryTypeOfStructuredFields() {
    Map<String, StructuredField.Item> read =
        Objects.requireNonNull(
            StructuredField.dictionary(
                "a=1, b=-2.5, c=\"x\\\"y\", d=tok/en, e=:aGk=:, f=?0, g, h=@1659578233,"
                    + " i=%\"f%c3%bc\", j=(1 2;q=3);r, a=4"),
            "read");
    assertThat(read.keySet()).containsExactly("b", "c", "d", "e", "f", "g", "h", "i", "j", "a");
    assertThat(value(read, "a")).isEqualTo(4L);
    assertThat(value(read, "b")).isEqualTo(-2.5);
    assertThat(value(read, "c")).isEqualTo("x\"y");
    assertThat(value(read, "d")).isEqualTo(new StructuredField.Token("tok/en"));
    assertThat(value(read, "e")).isEqualTo(ByteBuffer.wrap(new byte[] {'h', 'i'}));
    assertThat(value(read, "f")).isEqualTo(false);
    assertThat(value(read, "g")).isEqualTo(true);
    assertThat(value(read, "h")).isEqualTo(new StructuredField.Date(1_659_578_233L));
    assertThat(value(read, "i")).isEqualTo(new StructuredField.DisplayString("fü"));
    assertThat((List<?>) value(read, "j")).hasSize(2);
  }

  private static Object value(Map<String, StructuredField.Item> read, String key) {
    return Objects.requireNonNull(read.get(key), key).value();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=",
        "a=1,",
        "a=1 b",
        "A=1",
        "a=1.",
        "a=1.2345",
        "a=1234567890123456",
        "a=\"x",
        "a=:x",
        "a=?2",
        "a=@1.5",
        "a=%\"%C3%BC\"",
        "a=%\"%ff\"",
        "a=(1 2",
        "a=(1,2)",
        "a=\u00fc",
        "a=\"\\x\"",
        ",",
        "a;=1",
      })
  void refusesWhatIsNoDictionary(String text) {
    assertThat(StructuredField.dictionary(text)).isNull();
  }

  @Test
  void comparesEntityTags() {
    assertThat(EntityTags.anyMatches(List.of("\"a\", W/\"b\"", "\"c,d\""), "\"b\"")).isTrue();
    assertThat(EntityTags.anyMatches(List.of("\"a\", W/\"b\"", "\"c,d\""), "\"c,d\"")).isTrue();
    assertThat(EntityTags.anyMatches(List.of("*"), "\"x\"")).isTrue();
    assertThat(EntityTags.anyMatches(List.of("\"a\""), "\"x\"")).isFalse();
    assertThat(EntityTags.strongMatch("W/\"a\"", "W/\"a\"")).isFalse();
    assertThat(EntityTags.strongMatch("\"a\"", "\"a\"")).isTrue();
    assertThat(EntityTags.strongMatch("a", "a")).isFalse();
  }

  @Test
  void readsRanges() {
    assertThat(ByteRange.parse("bytes=0-1, -5, 7-"))
        .containsExactly(
            new ByteRange(0, 1), new ByteRange(-1, 5), new ByteRange(7, Long.MAX_VALUE));
    assertThat(new ByteRange(-1, 5).within(3)).isEqualTo(new ByteRange(0, 2));
    assertThat(new ByteRange(7, Long.MAX_VALUE).within(10)).isEqualTo(new ByteRange(7, 9));
    assertThat(new ByteRange(10, 11).within(10)).isNull();
    assertThat(ByteRange.parse("bytes=5-2")).isNull();
    assertThat(ByteRange.parse("lines=1-2")).isNull();
    assertThat(ByteRange.parse("bytes=" + "1-2,".repeat(33))).isNull();
    assertThat(ContentRange.parse("bytes 4-9/10"))
        .isEqualTo(new ContentRange(new ByteRange(4, 9), 10));
    assertThat(ContentRange.parse("bytes 4-10/10")).isNull();
    assertThat(ContentRange.parse("bytes */10")).isNull();
  }

  @Test
  void normalizesWhatVariantsAreSelectedBy() {
    String both = Preferences.normalize("accept-language", List.of("en, de;q=0.50"));
    assertThat(Preferences.normalize("accept-language", List.of("DE; q=0.5", " eN ")))
        .isEqualTo(both);
    assertThat(Preferences.normalize("accept-language", List.of("en, de"))).isNotEqualTo(both);
    assertThat(Preferences.normalize("foo", List.of("1", "2")))
        .isEqualTo(Preferences.normalize("foo", List.of(" 1,2 ")));
    assertThat(Preferences.normalize("foo", List.of("2, 1")))
        .isNotEqualTo(Preferences.normalize("foo", List.of("1, 2")));
    assertThat(Preferences.normalize("foo", List.of()))
        .isNotEqualTo(Preferences.normalize("foo", List.of("")));
    assertThat(Preferences.prefersOnly(List.of("fr;q=0.5, de;q=1.0"), "DE")).isTrue();
    assertThat(Preferences.prefersOnly(List.of("fr, de"), "de")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"private", "no-cache"})
  void whatIsMeantForAllFieldsWinsOverWhatNamesSome(String name) {
    for (String value :
        List.of(
            name + "=\"x-a\", " + name,
            name + ", " + name + "=\"x-a\"",
            name + "=\"x-a\", " + name + "=\"\"",
            name + "=\"\"",
            name + "=",
            name + "=\"x-a",
            name + "=x-a x-b",
            name + "=\", \"",
            name + " max-age=60")) {
      assertThat(Directives.parse(List.of(value)).flag(name)).as(value).isTrue();
    }
    Directives two = Directives.parse(List.of(name + "=\"x-a\"", name + "=\"X-B, x-c\""));
    assertThat(two.flag(name)).isFalse();
    assertThat(two.names(name)).containsExactly("x-a", "x-b", "x-c");
  }
}
