package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which of a package's files an import means, where several could be meant. */
class PackageImportTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  /** What {@code main} exports as {@code default}, with these files beside it. */
  private static String value(String main, Map<String, String> files) {
    var all = new HashMap<>(files);
    all.put("value.js", main);
    all.put(
        "main.js",
        "import value from './value.js'; export default { fetch: () => new Response(value) }");
    LoadedFunction function = SANDBOX.load(all, Sandbox.LIMITS);
    try {
      return SANDBOX.get(function, "/").end().text();
    } finally {
      function.close();
    }
  }

  /** Each took time by the square of its length, or more, before anything could end it. */
  @Test
  @Timeout(60)
  void whatLooksLikeImportsIsReadInNoTime() {
    String spaces = " ".repeat(1 << 20);
    String segments = "a/".repeat(1 << 18) + "a";
    assertThat(value("export default 'spaces'; /* import" + spaces + "*/", Map.of()))
        .isEqualTo("spaces");
    assertThat(value("export default 'long'; /* import '" + segments + "' */", Map.of()))
        .isEqualTo("long");
    for (String text :
        List.of("\n".repeat(1 << 20), "\r".repeat(1 << 20), "/*" + "a$".repeat(1 << 19) + "*/")) {
      String file = text + " module.exports = 'x';";
      assertThat(value("export { default } from 'x';", Map.of("node_modules/x/index.js", file)))
          .isEqualTo("x");
    }
    String deep = "deep/".repeat(1 << 16) + "x.js";
    assertThat(
            value(
                "export { default } from './" + deep + "';", Map.of(deep, "export default 'deep'")))
        .isEqualTo("deep");
  }

  private static final Map<String, String> MAPPED =
      Map.of(
          "node_modules/a/package.json",
          """
          {"main": "./index.js", "browser": {"./lib/node.js": "./lib/web.js", "fs": false, "http": "./lib/http.js",
           "other": "c", "./lib/short": "./lib/long.js"}}
          """,
          "node_modules/a/index.js",
          "module.exports = [require('./lib/node'), require('./lib/short'),"
              + " Object.keys(require('fs')).length, require('http'), require('other')].join();",
          "node_modules/a/lib/node.js",
          "module.exports = 'node';",
          "node_modules/a/lib/web.js",
          "module.exports = 'web';",
          "node_modules/a/lib/http.js",
          "module.exports = 'http';",
          "node_modules/a/lib/short.js",
          "module.exports = 'short';",
          "node_modules/a/lib/long.js",
          "module.exports = 'long';",
          "node_modules/c/index.js",
          "module.exports = 'c';",
          "node_modules/other/index.js",
          "module.exports = 'other';");

  @Test
  void aBrowserMapHasFilesAndPackagesTakeOthersPlaces() {
    assertThat(value("import a from 'a'; export default a;", MAPPED))
        .isEqualTo("web,long,0,http,c");
  }

  @Test
  void aBrowserMapIsItsPackagesAlone() {
    assertThat(value("import other from 'other'; export default other;", MAPPED))
        .isEqualTo("other");
  }

  @Test
  void aBrowserMapHasItsMainFileReplacedToo() {
    Map<String, String> files =
        Map.of(
            "node_modules/a/package.json",
            "{\"main\": \"main\", \"type\": \"module\", \"browser\": {\"./main.js\":"
                + " \"./web.js\"}}",
            "node_modules/a/main.js",
            "export default 'main';",
            "node_modules/a/web.js",
            "export default 'web';");
    assertThat(value("import a from 'a'; export default a;", files)).isEqualTo("web");
  }

  @Test
  void aPackagesOwnPackagesComeFirst() {
    Map<String, String> files =
        Map.of(
            "node_modules/a/index.js",
            "module.exports = require('b') + require('./lib/deep');",
            "node_modules/a/lib/deep.js",
            "module.exports = require('b') + require('@s/c') + require('b/sub');",
            "node_modules/a/node_modules/b/index.js",
            "module.exports = 'inner ';",
            "node_modules/a/node_modules/b/sub.js",
            "module.exports = 'sub';",
            "node_modules/b/index.js",
            "module.exports = 'outer ';",
            "node_modules/@s/c/index.js",
            "module.exports = 'scoped ';",
            "node_modules/c/index.js",
            "module.exports = 'plain ';",
            "node_modules/sub/index.js",
            "module.exports = 'other ';");
    assertThat(value("import a from 'a'; import b from 'b'; export default a + b;", files))
        .isEqualTo("inner inner scoped subouter ");
  }

  @Test
  void aFileBesideTheImporterIsNoPackage() {
    Map<String, String> files =
        Map.of(
            "node_modules/a/index.js",
            "module.exports = require('b') + require('./b');",
            "node_modules/a/b.js",
            "module.exports = 'file ';",
            "node_modules/b/index.js",
            "module.exports = 'package ';",
            "b.js",
            "export default 'own ';");
    assertThat(
            value(
                "import a from 'a'; import b from 'b'; import own from './b.js'; export default a +"
                    + " b + own;",
                files))
        .isEqualTo("package file package own ");
  }
}
