package dev.brink.exec.module;

import static java.util.stream.Collectors.toSet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Among the packages it is looked in folder after folder: not for longer paths. */
  static final int MAX_PATH_CHARS = 1_024;

  private final Map<String, byte[]> files;

  /** Those with files in them: who imports something is in one of these. */
  private final Set<String> folders;

  private final Map<String, PackageJson> packages = new ConcurrentHashMap<>();

  /**
   * @param files by absolute path
   */
  ModuleResolver(Map<String, byte[]> files) {
    this.files = files;
    this.folders = files.keySet().stream().map(ModuleResolver::parent).collect(toSet());
  }

  /** The absolute path of an existing file; {@code null} for none. */
  @Nullable String resolve(String path) {
    String file = fileAt(path);
    if (file == null && path.length() <= MAX_PATH_CHARS) {
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
    return inBrowser(file);
  }

  /** The file that the package of this one has in its place where there is no Node. */
  private String inBrowser(String file) {
    String folder = packageFolder(parent(file));
    PackageJson home = folder == null ? null : packageAt(folder);
    if (folder == null || home == null) {
      return file;
    }
    String found = instead(folder, home.browser("." + file.substring(folder.length())));
    return found == null ? file : found;
  }

  /** What a package's {@code browser} says, as a path; {@code null} when it says nothing. */
  private @Nullable String instead(String folder, @Nullable Object browser) {
    return switch (browser) {
      case String file when file.startsWith("./") -> fileAt(join(folder, file));
      case String name -> inModules(folder, name);
      case null -> null;
      default -> NodeModules.NOTHING;
    };
  }

  /** The nearest folder with a {@code package.json}, from this one upwards. */
  private @Nullable String packageFolder(String from) {
    if (from.length() > MAX_PATH_CHARS) {
      return null;
    }
    for (String folder = from; ; folder = parent(folder)) {
      if (packageAt(folder) != null || folder.isEmpty()) {
        return packageAt(folder) == null ? null : folder;
      }
    }
  }

  /**
   * The file that {@code file} means by the name of a package, or of one's file. The engine asks
   * for such names as if they were files at the top, whoever imports them.
   *
   * @return {@code null} where that finds the same, or there is none
   */
  @Nullable String ofPackage(String file, String specifier) {
    String found = bare(parent(file), specifier);
    if (found == null && file.contains("/node_modules/") && NodeModules.isPublic(specifier)) {
      found = NodeModules.ROOT + specifier;
    }
    String meant = found == null ? null : inBrowser(found);
    return meant == null || meant.equals(resolve("/" + specifier)) ? null : meant;
  }

  /** Whether what a file asks for by {@code specifier} exists. */
  boolean resolves(String file, String specifier) {
    return ofPackage(file, specifier) != null
        || resolve(Path.of(parent(file) + "/").resolve(specifier).normalize().toString()) != null;
  }

  /** Whether a file is part of a package that calls its {@code .js} files ES modules. */
  boolean inModulePackage(String path) {
    String folder = packageFolder(parent(path));
    PackageJson found = folder == null ? null : packageAt(folder);
    return found != null && found.isModule();
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

  /**
   * What a file means by an import that begins with {@code #}, as the package that it is part of
   * says. The engine does not tell who asks for a path, so it is the file that has to say.
   */
  @Nullable String own(String file, String specifier) {
    return file.length() > MAX_PATH_CHARS ? null : inOwnPackage(parent(file), specifier);
  }

  private @Nullable String inOwnPackage(String folder, String specifier) {
    PackageJson here = packageAt(folder);
    if (here == null) {
      return folder.isEmpty() ? null : inOwnPackage(parent(folder), specifier);
    }
    String target = here.imported(specifier);
    if (target == null) {
      return null;
    }
    if (target.startsWith("./")) {
      return fileAt(join(folder, target));
    }
    String name = target.startsWith("node:") ? target.substring("node:".length()) : target;
    String found = bare(folder, target);
    return found == null && NodeModules.isPublic(name) ? NodeModules.ROOT + name : found;
  }

  private @Nullable String inPackages(String path) {
    String[] parts = path.substring(1).split("/", -1);
    for (int i = parts.length - 1; i >= 0; i--) {
      if (parts[i].isEmpty() || parts[i].equals("node_modules")) {
        return null;
      }
      String specifier = String.join("/", List.of(parts).subList(i, parts.length));
      String folder = i == 0 ? "" : "/" + String.join("/", List.of(parts).subList(0, i));
      String found = folders.contains(folder) ? bare(folder, specifier) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private @Nullable String bare(String importerFolder, String specifier) {
    String own = packageFolder(importerFolder);
    PackageJson home = own == null ? null : packageAt(own);
    String instead = own == null || home == null ? null : instead(own, home.browser(specifier));
    return instead == null ? inModules(importerFolder, specifier) : instead;
  }

  private @Nullable String inModules(String importerFolder, String specifier) {
    if (importerFolder.length() + specifier.length() > MAX_PATH_CHARS) {
      return null;
    }
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
      String asked = rest.isEmpty() ? "." : "./" + rest;
      String file = found == null ? PackageJson.DEFAULT.file(asked) : found.file(asked);
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
