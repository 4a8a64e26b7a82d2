package dev.brink.exec.module;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a bundle has packages: which one a folder is part of, and which ones it sees. Known ahead,
 * so that an import costs the same however deep the folder is. Thread-safe.
 */
final class PackageFolders {
  /** Nothing is known of longer paths. */
  static final int MAX_PATH_CHARS = 1_024;

  /** Nor of those with more folders. */
  static final int MAX_DEPTH = 64;

  private static final String NODE_MODULES = "/node_modules/";
  private static final Scope NOTHING = new Scope(null, null, null);

  private final Map<String, byte[]> files;

  /** The packages in a folder's {@code node_modules}, by the folder. */
  private final Map<String, Set<String>> packages = new HashMap<>();

  private final Map<String, Scope> scopes = new ConcurrentHashMap<>();

  /**
   * What a folder sees.
   *
   * @param home the package that it is part of: the nearest folder with a {@code package.json}
   * @param description that package's
   * @param modules the nearest packages
   */
  record Scope(
      @Nullable String home, @Nullable PackageJson description, @Nullable Modules modules) {}

  /**
   * Packages in one {@code node_modules}.
   *
   * @param folder the one that has it
   * @param outer the next ones further up
   */
  record Modules(String folder, Set<String> names, @Nullable Modules outer) {
    /** The package's folder. */
    String home(String name) {
      return folder + NODE_MODULES + name;
    }
  }

  /**
   * @param files by absolute path
   */
  PackageFolders(Map<String, byte[]> files) {
    this.files = files;
    for (String path : files.keySet()) {
      int at = path.indexOf(NODE_MODULES);
      while (at >= 0 && at <= MAX_PATH_CHARS) {
        String name = name(path, at + NODE_MODULES.length());
        if (name != null) {
          packages.computeIfAbsent(path.substring(0, at), _ -> new HashSet<>()).add(name);
        }
        at = path.indexOf(NODE_MODULES, at + 1);
      }
    }
  }

  /** The package that a file's path names from there on; {@code null} for none. */
  private static @Nullable String name(String path, int from) {
    int end = path.indexOf('/', from);
    if (end >= 0 && path.charAt(from) == '@') {
      end = path.indexOf('/', end + 1);
    }
    return end < 0 ? null : path.substring(from, end);
  }

  /** What is seen from a folder of the bundle. */
  Scope seenFrom(String folder) {
    if (isFar(folder)) {
      return NOTHING;
    }
    Scope known = scopes.get(folder);
    if (known == null) {
      known = look(folder, folder.isEmpty() ? NOTHING : seenFrom(parent(folder)));
      scopes.put(folder, known);
    }
    return known;
  }

  private Scope look(String folder, Scope above) {
    byte[] described = files.get(folder + "/package.json");
    Set<String> names = packages.get(folder);
    return new Scope(
        described == null ? above.home : folder,
        described == null ? above.description : PackageJson.parse(described),
        names == null ? above.modules : new Modules(folder, names, above.modules));
  }

  /** Whether a path is too long, or has too many folders, for packages. */
  static boolean isFar(String path) {
    return path.length() > MAX_PATH_CHARS
        || path.chars().filter(character -> character == '/').count() > MAX_DEPTH;
  }

  static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
