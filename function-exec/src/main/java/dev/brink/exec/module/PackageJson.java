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

  private static @Nullable String exported(Object exports, String subpath) {
    if (!(exports instanceof Map<?, ?> map) || !hasPaths(map)) {
      return subpath.equals(".") ? target(exports, "") : null;
    }
    Object exact = map.get(subpath);
    if (exact != null) {
      return target(exact, "");
    }
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String pattern = String.valueOf(entry.getKey());
      int star = pattern.indexOf('*');
      if (star < 0) {
        continue;
      }
      String before = pattern.substring(0, star);
      String after = pattern.substring(star + 1);
      if (subpath.startsWith(before)
          && subpath.endsWith(after)
          && subpath.length() >= pattern.length()) {
        String middle = subpath.substring(star, subpath.length() - after.length());
        return target(entry.getValue(), middle);
      }
    }
    return null;
  }

  private static boolean hasPaths(Map<?, ?> exports) {
    return exports.keySet().stream().anyMatch(key -> String.valueOf(key).startsWith("."));
  }

  private static @Nullable String target(@Nullable Object value, String star) {
    return switch (value) {
      case String file -> file.replace("*", star);
      case List<?> alternatives ->
          alternatives.isEmpty() ? null : target(alternatives.getFirst(), star);
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
