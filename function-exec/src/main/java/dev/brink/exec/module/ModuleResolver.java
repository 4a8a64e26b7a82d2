package dev.brink.exec.module;

import static dev.brink.exec.module.PackageFolders.parent;
import static java.util.stream.Collectors.toSet;

import dev.brink.exec.module.PackageFolders.Modules;
import dev.brink.exec.module.PackageFolders.Scope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** In so many packages one import's file is looked for at most. */
  static final int MAX_TRIES = 4;

  private final Map<String, byte[]> files;

  /** Those with files in them: who imports something is in one of these. */
  private final Set<String> folders;

  private final PackageFolders packages;

  /** One import that is looked for. */
  private static final class Search {
    private int left = MAX_TRIES;

    boolean goesOn() {
      return left > 0;
    }

    void tried() {
      left--;
    }
  }

  /**
   * @param files by absolute path
   */
  ModuleResolver(Map<String, byte[]> files) {
    this.files = files;
    this.folders = files.keySet().stream().map(PackageFolders::parent).collect(toSet());
    this.packages = new PackageFolders(files);
  }

  /** The absolute path of an existing file; {@code null} for none. */
  @Nullable String resolve(String path) {
    var search = new Search();
    String file = fileAt(path);
    if (file == null && !PackageFolders.isFar(path)) {
      file = inPackages(path, search);
    }
    if (file == null) {
      for (String name : List.of(path.substring(path.lastIndexOf('/') + 1), path.substring(1))) {
        if (NodeModules.has(name)) {
          return NodeModules.ROOT + name;
        }
      }
      return null;
    }
    return inBrowser(file, search);
  }

  /** The file that the package of this one has in its place where there is no Node. */
  private String inBrowser(String file, Search search) {
    Scope scope = packages.seenFrom(parent(file));
    if (scope.home() == null || scope.description() == null) {
      return file;
    }
    Object browser = scope.description().browser("." + file.substring(scope.home().length()));
    String found = instead(scope.home(), browser, search);
    return found == null ? file : found;
  }

  /** What a package's {@code browser} says, as a path; {@code null} when it says nothing. */
  private @Nullable String instead(String folder, @Nullable Object browser, Search search) {
    return switch (browser) {
      case String file when file.startsWith("./") -> fileAt(join(folder, file));
      case String name -> inModules(folder, name, search);
      case null -> null;
      default -> NodeModules.NOTHING;
    };
  }

  /**
   * The file that {@code file} means by the name of a package, or of one's file. The engine asks
   * for such names as if they were files at the top, whoever imports them.
   *
   * @return {@code null} where that finds the same, or there is none
   */
  @Nullable String ofPackage(String file, String specifier) {
    var search = new Search();
    String found = bare(parent(file), specifier, search);
    if (found == null && file.contains("/node_modules/") && NodeModules.isPublic(specifier)) {
      found = NodeModules.ROOT + specifier;
    }
    String meant = found == null ? null : inBrowser(found, search);
    return meant == null || meant.equals(resolve("/" + specifier)) ? null : meant;
  }

  /** Whether what a file asks for by {@code specifier} exists. */
  boolean resolves(String file, String specifier) {
    return ofPackage(file, specifier) != null
        || resolve(Path.of(parent(file) + "/").resolve(specifier).normalize().toString()) != null;
  }

  /** Whether a file is part of a package that calls its {@code .js} files ES modules. */
  boolean inModulePackage(String path) {
    PackageJson found = packages.seenFrom(parent(path)).description();
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
    Scope scope = packages.seenFrom(parent(file));
    String folder = scope.home();
    PackageJson here = scope.description();
    String target = folder == null || here == null ? null : here.imported(specifier);
    if (folder == null || target == null) {
      return null;
    }
    if (target.startsWith("./")) {
      return fileAt(join(folder, target));
    }
    String name = target.startsWith("node:") ? target.substring("node:".length()) : target;
    String found = bare(folder, target, new Search());
    return found == null && NodeModules.isPublic(name) ? NodeModules.ROOT + name : found;
  }

  private @Nullable String inPackages(String path, Search search) {
    int end = path.length();
    for (int slash = path.lastIndexOf('/');
        slash >= 0 && search.goesOn();
        slash = path.lastIndexOf('/', slash - 1)) {
      String part = path.substring(slash + 1, end);
      if (part.isEmpty() || part.equals("node_modules")) {
        return null;
      }
      String folder = path.substring(0, slash);
      String found =
          folders.contains(folder) ? bare(folder, path.substring(slash + 1), search) : null;
      if (found != null) {
        return found;
      }
      end = slash;
    }
    return null;
  }

  private @Nullable String bare(String importerFolder, String specifier, Search search) {
    Scope scope = packages.seenFrom(importerFolder);
    String instead =
        scope.home() == null || scope.description() == null
            ? null
            : instead(scope.home(), scope.description().browser(specifier), search);
    return instead == null ? inModules(importerFolder, specifier, search) : instead;
  }

  private @Nullable String inModules(String importerFolder, String specifier, Search search) {
    if (importerFolder.length() + specifier.length() > PackageFolders.MAX_PATH_CHARS) {
      return null;
    }
    int end = specifier.indexOf('/');
    if (end >= 0 && specifier.startsWith("@")) {
      end = specifier.indexOf('/', end + 1);
    }
    String name = end < 0 ? specifier : specifier.substring(0, end);
    boolean whole = end < 0 || end == specifier.length() - 1;
    String asked = whole ? "." : "." + specifier.substring(end);
    for (Modules modules = packages.seenFrom(importerFolder).modules();
        modules != null && search.goesOn();
        modules = modules.outer()) {
      if (modules.names().contains(name)) {
        search.tried();
        String home = modules.home(name);
        String resolved = inPackage(home, asked);
        if (resolved != null) {
          return resolved;
        }
      }
    }
    return null;
  }

  private @Nullable String inPackage(String home, String asked) {
    Scope scope = packages.seenFrom(home);
    PackageJson found = home.equals(scope.home()) ? scope.description() : null;
    String file = found == null ? PackageJson.DEFAULT.file(asked) : found.file(asked);
    return file == null ? null : fileAt(join(home, file));
  }

  private static String join(String folder, String file) {
    String plain = file.startsWith("./") ? file.substring(2) : file;
    return folder + "/" + (plain.endsWith("/") ? plain + "index.js" : plain);
  }
}
