package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceMapTest {
  /** Line 1: to line 10, column 5 of the first source, and from column 31 on to line 21. */
  private static final String MAPPINGS = "AASI,8BAWA";

  private static final String MAIN =
      "export default{fetch(){fail()}};function fail(){throw new Error('x')}";

  private final Sandbox sandbox = Sandbox.of(1);

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void aNeighbouringMapTellsWhereAnErrorIs() {
    LoadedFunction function =
        load(Map.of("dist/main.js", MAIN, "dist/main.js.map", map("../src/app.ts")));
    FunctionException failure = sandbox.get(function, "/").failure();
    assertThat(failure.position()).isEqualTo(new SourcePosition("src/app.ts", 21, 5));
    assertThat(sandbox.console)
        .containsExactly(
            "ERROR Error: x\n    at fail (src/app.ts:21:5)\n    at fetch (src/app.ts:10:5)");
  }

  @Test
  void anInlineMapDoesToo() {
    String json = map("app.ts");
    String inline =
        MAIN
            + "\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,"
            + Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8))
            + "\n";
    LoadedFunction function = load(Map.of("dist/main.js", inline));
    assertThat(sandbox.get(function, "/").failure().position())
        .isEqualTo(new SourcePosition("dist/app.ts", 21, 5));
  }

  @Test
  void stacksThatTheFunctionPrintsAreTranslated() {
    String source =
        "export default{fetch(){try{fail()}catch(e){console.warn(e)}return new Response()}};";
    LoadedFunction function =
        load(
            Map.of(
                "dist/main.js",
                source + "\nfunction fail(){throw new Error('y')}\n//# sourceMappingURL=m.json",
                "dist/m.json",
                "{\"version\":3,\"sources\":[\"webpack://a.js\"],\"mappings\":\"AAAA;AACA\"}"));
    sandbox.get(function, "/").end();
    assertThat(sandbox.console)
        .singleElement()
        .asString()
        .startsWith(
            """
            WARN Error: y
                at fail (webpack://a.js:2:1)
                at Object.fetch (webpack://a.js:1:1)\
            """);
  }

  @Test
  void brokenMapsAreLeftAlone() {
    for (String map :
        new String[] {
          "", "[]", "{\"sources\":[],\"mappings\":\"!\"}", map("a").replace("AASI", "g")
        }) {
      LoadedFunction function = load(Map.of("dist/main.js", MAIN, "dist/main.js.map", map));
      assertThat(sandbox.get(function, "/").failure().position())
          .asString()
          .startsWith("dist/main.js:1:");
      function.close();
    }
  }

  @Test
  void commentsThatNameNoMapAreLeftAlone() {
    for (String url : List.of("data:application/json;base64,A", "a\0b", "../../..")) {
      LoadedFunction function =
          load(Map.of("dist/main.js", MAIN + "\n//# sourceMappingURL=" + url));
      assertThat(sandbox.get(function, "/").failure().position())
          .asString()
          .startsWith("dist/main.js:1:");
      function.close();
    }
  }

  @Test
  void whatOnlyLooksLikeAStackIsPrintedAsItIs() {
    LoadedFunction function =
        sandbox.load(
            """
            export default {
              fetch() {
                console.log('x\\n    at ' + 'a('.repeat(3000) + '\\n    at main.js:1:99999999999\\n    at  ()');
                return new Response('ok');
              }
            }
            """);
    sandbox.get(function, "/").end();
    assertThat(sandbox.console)
        .singleElement()
        .asString()
        .startsWith("INFO x\n    at a(a(a(")
        .endsWith("(\n    at main.js:1:99999999999\n    at  ()");
  }

  @Test
  void modulesThatDoNotParseAreTranslated() {
    assertThatThrownBy(
            () -> load(Map.of("dist/main.js", "let a = ;", "dist/main.js.map", map("a.ts"))))
        .isInstanceOfSatisfying(
            FunctionException.class,
            failure ->
                assertThat(failure.position()).isEqualTo(new SourcePosition("dist/a.ts", 10, 5)));
  }

  private LoadedFunction load(Map<String, String> modules) {
    var all = new HashMap<>(modules);
    all.put("main.js", "export { default } from './dist/main.js';");
    return sandbox.load(all, Sandbox.LIMITS);
  }

  private static String map(String source) {
    return "{\"version\":3,\"sources\":[\""
        + source
        + "\"],\"names\":[],\"mappings\":\""
        + MAPPINGS
        + "\"}";
  }
}
