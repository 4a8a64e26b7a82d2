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

  /** So many patterns are compared with one import at most, and so many conditions looked at. */
  static final int MAX_LOOKS = 256;

  private final Map<?, ?> content;

  /** Whether its {@code exports} have paths, and are not one file's conditions. */
  private final boolean exportsPaths;

  private final List<String> exportedPatterns;
  private final List<String> importedPatterns;

  private PackageJson(Map<?, ?> content) {
    this.content = content;
    this.exportsPaths = content.get("exports") instanceof Map<?, ?> exports && hasPaths(exports);
    this.exportedPatterns = patterns(content.get("exports"));
    this.importedPatterns = patterns(content.get("imports"));
  }

  private static List<String> patterns(@Nullable Object paths) {
    return paths instanceof Map<?, ?> map
        ? map.keySet().stream()
            .map(String::valueOf)
            .filter(key -> key.indexOf('*') >= 0)
            .limit(MAX_LOOKS)
            .toList()
        : List.of();
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
    return content.get("imports") instanceof Map<?, ?> imports
        ? matched(imports, importedPatterns, specifier)
        : null;
  }

  private @Nullable String exported(Object exports, String subpath) {
    if (!exportsPaths || !(exports instanceof Map<?, ?> map)) {
      return subpath.equals(".") ? new Target("").of(exports) : null;
    }
    return matched(map, exportedPatterns, subpath);
  }

  /** What the longest of the keys that match says, as in Node: one without a star before all. */
  private static @Nullable String matched(Map<?, ?> paths, List<String> patterns, String asked) {
    if (paths.containsKey(asked)) {
      return new Target("").of(paths.get(asked));
    }
    String best = null;
    for (String pattern : patterns) {
      if (matches(pattern, asked) && (best == null || isCloser(pattern, best))) {
        best = pattern;
      }
    }
    if (best == null) {
      return null;
    }
    int star = best.indexOf('*');
    int after = best.length() - star - 1;
    return new Target(asked.substring(star, asked.length() - after)).of(paths.get(best));
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

  /** What a path stands for, looked for among its conditions. */
  private static final class Target {
    private final String star;
    private int looks;

    /**
     * @param star what the pattern's star stands for
     */
    Target(String star) {
      this.star = star;
    }

    @Nullable String of(@Nullable Object value) {
      if (++looks > MAX_LOOKS) {
        return null;
      }
      return switch (value) {
        case String file -> file.replace("*", star);
        case List<?> alternatives -> first(alternatives);
        case Map<?, ?> conditions -> first(conditions);
        case null, default -> null;
      };
    }

    private @Nullable String first(List<?> alternatives) {
      for (Object alternative : alternatives) {
        String found = of(alternative);
        if (found != null || looks > MAX_LOOKS) {
          return found;
        }
      }
      return null;
    }

    private @Nullable String first(Map<?, ?> conditions) {
      for (Map.Entry<?, ?> entry : conditions.entrySet()) {
        boolean holds = CONDITIONS.contains(String.valueOf(entry.getKey()));
        String found = holds ? of(entry.getValue()) : null;
        if (found != null || ++looks > MAX_LOOKS) {
          return found;
        }
      }
      return null;
    }
  }
}
