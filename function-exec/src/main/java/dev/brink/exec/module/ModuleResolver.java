package dev.brink.exec.module;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file that an import means. The engine joins an import's text to the importer's folder
 * whatever it is; so {@code /lib/hono} is {@code hono}, imported by a module in {@code /lib}, when
 * there is no such file. Packages are in folders {@code node_modules}, the importer's and those
 * above it, as in Node.
 */
final class ModuleResolver {
  private static final List<String> ENDINGS =
      List.of(".js", ".mjs", ".ts", ".mts", ".cjs", ".json");

  private final Map<String, byte[]> files;
  private final Map<String, PackageJson> packages = new ConcurrentHashMap<>();

  /**
   * @param files by absolute path
   */
  ModuleResolver(Map<String, byte[]> files) {
    this.files = files;
  }

  /** The absolute path of an existing file; {@code null} for none. */
  @Nullable String resolve(String path) {
    String file = fileAt(path);
    if (file == null) {
      file = inPackages(path);
    }
    if (file == null) {
      for (String name : List.of(path.substring(path.lastIndexOf('/') + 1), path.substring(1))) {
        if (NodeModules.has(name)) {
          return NodeModules.ROOT + name;
        }
      }
      return null;
    }
    return file;
  }

  /** Whether what a file asks for by {@code specifier} exists. */
  boolean resolves(String file, String specifier) {
    return resolve(Path.of(parent(file) + "/").resolve(specifier).normalize().toString()) != null;
  }

  /** Whether a file is part of a package that calls its {@code .js} files ES modules. */
  boolean inModulePackage(String path) {
    for (String folder = parent(path); ; folder = parent(folder)) {
      PackageJson found = packageAt(folder);
      if (found != null || folder.isEmpty()) {
        return found != null && found.isModule();
      }
    }
  }

  private @Nullable String fileAt(String path) {
    if (files.containsKey(path)) {
      return path;
    }
    for (String ending : ENDINGS) {
      if (files.containsKey(path + ending)) {
        return path + ending;
      }
    }
    if (path.endsWith(".js") && files.containsKey(path.substring(0, path.length() - 2) + "ts")) {
      return path.substring(0, path.length() - 2) + "ts";
    }
    for (String ending : ENDINGS) {
      if (files.containsKey(path + "/index" + ending)) {
        return path + "/index" + ending;
      }
    }
    return null;
  }

  private @Nullable String inPackages(String path) {
    String[] parts = path.substring(1).split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      if (parts[i].isEmpty() || parts[i].equals("node_modules")) {
        return null;
      }
      String specifier = String.join("/", List.of(parts).subList(i, parts.length));
      String folder = i == 0 ? "" : "/" + String.join("/", List.of(parts).subList(0, i));
      String found = bare(folder, specifier);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable String bare(String importerFolder, String specifier) {
    var names = new ArrayList<>(List.of(specifier.split("/", -1)));
    int nameParts = specifier.startsWith("@") ? 2 : 1;
    if (names.size() < nameParts) {
      return null;
    }
    String name = String.join("/", names.subList(0, nameParts));
    String rest = String.join("/", names.subList(nameParts, names.size()));
    for (String folder = importerFolder; ; folder = parent(folder)) {
      String home = folder + "/node_modules/" + name;
      PackageJson found = packageAt(home);
      String file = found == null ? null : found.file(rest.isEmpty() ? "." : "./" + rest);
      String resolved = file == null ? null : fileAt(join(home, file));
      if (resolved != null || folder.isEmpty()) {
        return resolved;
      }
    }
  }

  private @Nullable PackageJson packageAt(String folder) {
    byte[] source = files.get(folder + "/package.json");
    return source == null ? null : packages.computeIfAbsent(folder, _ -> PackageJson.parse(source));
  }

  private static String join(String folder, String file) {
    String plain = file.startsWith("./") ? file.substring(2) : file;
    return folder + "/" + (plain.endsWith("/") ? plain + "index.js" : plain);
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
