package dev.brink.exec.module;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code node:} imports stand for: packages that do the same without Node, and what little
 * there is of our own. Read when first asked for.
 */
final class NodeModules {
  /** Where they are in a bundle's file system. */
  static final String ROOT = "/@node/";

  /**
   * Where an import with {@code node:} finds them: the engine knows such modules by other names.
   */
  private static final String ALIASES = ROOT + "node/";

  /** Our own, by their resources beside this class. */
  private static final Map<String, String> OWN =
      Map.of("async_hooks", "async_hooks.js", "crypto", "crypto.js");

  private static final String EMPTY = "-nothing-";

  /** The path of what is there in the place of a module that a package does without. */
  static final String NOTHING = ROOT + EMPTY;

  /** Our own that only packages ask for. */
  private static final Map<String, String> OWN_INNER =
      Map.of("object.assign/polyfill", "assign.js", EMPTY, "nothing.js");

  private static final Map<String, String> PUBLIC =
      Map.of(
          "assert", "assert/assert.js",
          "buffer", "buffer/index.js",
          "events", "events/events.js",
          "util", "util/util.js",
          "path", "path-browserify/index.js");

  /** What those require. */
  private static final Map<String, String> INNER =
      Map.of(
          "base64-js", "base64-js/index.js",
          "ieee754", "ieee754/index.js",
          "inherits", "inherits/inherits_browser.js",
          "support/isBuffer", "util/support/isBufferBrowser.js");

  private static final Map<String, byte[]> READ = new HashMap<>();

  /** The path of {@code node:name}. */
  static String alias(String name) {
    return ALIASES + name;
  }

  /** Whether a function may ask for {@code node:name}. */
  static boolean isPublic(String name) {
    return PUBLIC.containsKey(name) || OWN.containsKey(name);
  }

  /** Those, for people. */
  static String publicNames() {
    return Stream.concat(PUBLIC.keySet().stream(), OWN.keySet().stream())
        .sorted()
        .map(name -> "node:" + name)
        .collect(Collectors.joining(", "));
  }

  /** Whether there is a file {@code ROOT + name}. */
  static boolean has(String name) {
    return PUBLIC.containsKey(name)
        || OWN.containsKey(name)
        || OWN_INNER.containsKey(name)
        || INNER.containsKey(name)
        || (isAlias(name) && isPublic(aliased(name)));
  }

  private static boolean isAlias(String name) {
    return (ROOT + name).startsWith(ALIASES);
  }

  private static String aliased(String name) {
    return (ROOT + name).substring(ALIASES.length());
  }

  /** The source as an ES module. */
  static synchronized byte[] source(String name) {
    return READ.computeIfAbsent(name, NodeModules::read);
  }

  private static byte[] read(String name) {
    if (isAlias(name)) {
      String from = " from '" + ROOT + aliased(name) + "';";
      return ("export *" + from + " export { default }" + from).getBytes(StandardCharsets.UTF_8);
    }
    String own = OWN.containsKey(name) ? OWN.get(name) : OWN_INNER.get(name);
    if (own != null) {
      return resource("/dev/brink/exec/module/" + own);
    }
    String file = PUBLIC.containsKey(name) ? PUBLIC.get(name) : INNER.get(name);
    if (file == null) {
      throw new IllegalArgumentException("name: " + name + " (expected: a module of Node)");
    }
    byte[] source = fromPackage(file);
    return CommonJs.wrap(new String(source, StandardCharsets.UTF_8), _ -> true)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] fromPackage(String file) {
    String artifact = file.substring(0, file.indexOf('/'));
    return resource(
        "/META-INF/resources/webjars/"
            + artifact
            + "/"
            + version(artifact)
            + file.substring(artifact.length()));
  }

  private static String version(String artifact) {
    String path = "/META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
    try (@Nullable InputStream in = NodeModules.class.getResourceAsStream(path)) {
      var properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String path) {
    try (@Nullable InputStream in = NodeModules.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException(path + ": missing on the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private NodeModules() {}
}
