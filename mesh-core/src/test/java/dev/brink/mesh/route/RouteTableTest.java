package dev.brink.mesh.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
  private static RouteTable<String> table(String... patterns) {
    RouteTable.Builder<String> builder = RouteTable.builder();
    for (String pattern : patterns) {
      assertThat(builder.add(RoutePattern.parse(pattern), pattern)).isNull();
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    "a.com, /, a.com/",
    "A.COM:8080, /, a.com/",
    "a.com., /, a.com/",
    "a.com.:8080, /, a.com/",
    "a.com.., /, /*",
    "., /, /*",
    "x.a.com, /, *.a.com/*",
    "x.a.com., /, *.a.com/*",
    "x.y.a.com, /, *.y.a.com/*",
    "xa.com, /, /*",
    "[::1]:80, /six, /six",
    "b.com, /users/7, /users/:id",
    "b.com, /users/me, /users/me",
    "b.com, /users/me?x=/users/7, /users/me",
    "b.com, /users/me/posts, /users/:id/posts",
    "b.com, /users/7/posts, /users/:id/posts",
    "b.com, /users/, /users/*",
    "b.com, /users, /*",
    "a.com, /other, /*",
    "b.com, /x/../users/me, /users/me",
    "b.com, /x/%2e%2E/users/me, /users/me",
    "b.com, /../../users/7/., /users/*",
    "b.com, /%75sers/%6d%65, /users/me",
    "b.com, /x/.%2E/users/me, /users/me",
    "b.com, /users%2Fme, /*",
    "b.com, *, /*"
  })
  void theMostSpecificPatternWins(String host, String target, String expected) {
    RouteTable<String> table =
        table(
            "/*",
            "/six",
            "/users/*",
            "/users/:id",
            "/users/me",
            "/users/:id/posts",
            "a.com/",
            "*.a.com/*",
            "*.y.a.com/*");
    assertThat(table.match(host, target.equals("*") ? "/*" : target)).isEqualTo(expected);
  }

  @Test
  void aPatternsLastDotMakesNoOther() {
    assertThat(table("a.com./").match("a.com", "/")).isEqualTo("a.com./");
    assertThat(RoutePattern.parse("a.com./x").sameRequests(RoutePattern.parse("A.com/x"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.com:8080/x", "*.a.com:80/", "[::1]:80/", "::1/", "a.com:/"})
  void aPortIsRefusedInWhatIsNewAlone(String pattern) {
    assertThat(RoutePattern.parse(pattern).toString()).isEqualTo(pattern);
    assertThatThrownBy(() -> RoutePattern.parseNew(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "route: " + pattern + " (expected: a host without a port; a route is for all ports)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.com/x", "[::1]/:id", "/*"})
  void aPatternWithoutAPortIsTaken(String pattern) {
    assertThat(RoutePattern.parseNew(pattern)).isEqualTo(RoutePattern.parse(pattern));
  }

  @Test
  void nothingMatchesWhereNothingIsDeployed() {
    assertThat(table().match("a.com", "/")).isNull();
    assertThat(table("/a").match("a.com", "/a/")).isNull();
    assertThat(table("b.com/a").match("a.com", "/a")).isNull();
  }

  @Test
  void aPatternIsWhatItsEscapesMean() {
    RouteTable<String> table = table("/%7euser/*", "/caf%c3%a9");
    assertThat(table.match("a.com", "/~user/a")).isEqualTo("/%7euser/*");
    assertThat(table.match("a.com", "/%7Euser/a")).isEqualTo("/%7euser/*");
    assertThat(table.match("a.com", "/caf%C3%A9")).isEqualTo("/caf%c3%a9");
    assertThat(table.match("a.com", "/caf%c3%a9")).isEqualTo("/caf%c3%a9");
  }

  @Test
  void aParameterIsNotAnEmptySegment() {
    assertThat(table("/users/:id").match("a.com", "/users/")).isNull();
  }

  @Test
  void theSamePatternUnderAnotherParameterNameIsAConflict() {
    RouteTable.Builder<String> builder = RouteTable.builder();
    assertThat(builder.add(RoutePattern.parse("/a/:x"), "first")).isNull();
    assertThat(builder.add(RoutePattern.parse("/a/:y"), "second")).isEqualTo("first");
    assertThat(builder.add(RoutePattern.parse("/a/*"), "third")).isNull();
    assertThat(builder.add(RoutePattern.parse("A.com/a"), "fourth")).isNull();
    assertThat(builder.add(RoutePattern.parse("a.COM/a"), "fifth")).isEqualTo("fourth");
    assertThat(builder.build().match("z", "/a/1")).isEqualTo("first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "*.", "*./x", "/a/*/b", "/:", "/a b", "/a?x", "/../a", "/%2e./a", "a b/"})
  void aBrokenPatternIsRefusedByName(String pattern) {
    assertThatThrownBy(() -> RoutePattern.parse(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("route: " + pattern + " (expected: ");
  }
}
