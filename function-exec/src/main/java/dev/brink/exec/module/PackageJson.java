package dev.brink.exec.module;

import dev.brink.exec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A package's description, as far as it says which file an import means. */
final class PackageJson {
  private static final Set<String> CONDITIONS =
      Set.of("workerd", "worker", "browser", "import", "module", "default");

  /** That of a package that has none. */
  static final PackageJson DEFAULT = new PackageJson(Map.of());

  private final Map<?, ?> content;

  private PackageJson(Map<?, ?> content) {
    this.content = content;
  }

  static PackageJson parse(byte[] source) {
    try {
      Object parsed = Json.parse(new String(source, StandardCharsets.UTF_8));
      return new PackageJson(parsed instanceof Map<?, ?> map ? map : Map.of());
    } catch (IllegalArgumentException e) {
      return new PackageJson(Map.of());
    }
  }

  /** Whether its {@code .js} files are ES modules. */
  boolean isModule() {
    return "module".equals(content.get("type"));
  }

  /**
   * The file for {@code .} or {@code ./sub/path}, relative to the package.
   *
   * @return {@code null} when the package says that there is none
   */
  @Nullable String file(String subpath) {
    Object exports = content.get("exports");
    if (exports != null) {
      return exported(exports, subpath);
    }
    if (!subpath.equals(".")) {
      return subpath;
    }
    for (String field : List.of("module", "browser", "main")) {
      if (content.get(field) instanceof String file) {
        return file;
      }
    }
    return "index.js";
  }

  /**
   * What its {@code browser} has in the place of {@code asked}, which is a file beginning with
   * {@code ./} or another package: a file, a package, or {@code false} for nothing.
   *
   * @return {@code null} when it says nothing of that
   */
  @Nullable Object browser(String asked) {
    if (!(content.get("browser") instanceof Map<?, ?> instead)) {
      return null;
    }
    Object found = instead.get(asked);
    for (String ending : List.of(".js", ".mjs", ".cjs", ".json", "/index.js")) {
      if (found == null && asked.startsWith("./") && asked.endsWith(ending)) {
        found = instead.get(asked.substring(0, asked.length() - ending.length()));
      }
    }
    return found instanceof String || Boolean.FALSE.equals(found) ? found : null;
  }

  /**
   * What an import that begins with {@code #} means: a file relative to the package, beginning with
   * {@code ./}, or another package.
   *
   * @return {@code null} when the package does not say
   */
  @Nullable String imported(String specifier) {
    return content.get("imports") instanceof Map<?, ?> imports ? matched(imports, specifier) : null;
  }

  private static @Nullable String exported(Object exports, String subpath) {
    if (!(exports instanceof Map<?, ?> map) || !hasPaths(map)) {
      return subpath.equals(".") ? target(exports, "") : null;
    }
    return matched(map, subpath);
  }

  /** What the longest of the keys that match says, as in Node: one without a star before all. */
  private static @Nullable String matched(Map<?, ?> paths, String asked) {
    if (paths.containsKey(asked)) {
      return target(paths.get(asked), "");
    }
    String best = null;
    for (Object key : paths.keySet()) {
      String pattern = String.valueOf(key);
      if (matches(pattern, asked) && (best == null || isCloser(pattern, best))) {
        best = pattern;
      }
    }
    if (best == null) {
      return null;
    }
    int star = best.indexOf('*');
    int after = best.length() - star - 1;
    return target(paths.get(best), asked.substring(star, asked.length() - after));
  }

  private static boolean matches(String pattern, String asked) {
    int star = pattern.indexOf('*');
    return star >= 0
        && asked.length() >= pattern.length()
        && asked.startsWith(pattern.substring(0, star))
        && asked.endsWith(pattern.substring(star + 1));
  }

  private static boolean isCloser(String pattern, String than) {
    int more = pattern.indexOf('*') - than.indexOf('*');
    return more > 0 || (more == 0 && pattern.length() > than.length());
  }

  private static boolean hasPaths(Map<?, ?> exports) {
    return exports.keySet().stream().anyMatch(key -> String.valueOf(key).startsWith("."));
  }

  private static @Nullable String target(@Nullable Object value, String star) {
    return switch (value) {
      case String file -> file.replace("*", star);
      case List<?> alternatives -> {
        for (Object alternative : alternatives) {
          String found = target(alternative, star);
          if (found != null) {
            yield found;
          }
        }
        yield null;
      }
      case Map<?, ?> conditions -> {
        for (Map.Entry<?, ?> entry : conditions.entrySet()) {
          String found =
              CONDITIONS.contains(String.valueOf(entry.getKey()))
                  ? target(entry.getValue(), star)
                  : null;
          if (found != null) {
            yield found;
          }
        }
        yield null;
      }
      case null, default -> null;
    };
  }
}
