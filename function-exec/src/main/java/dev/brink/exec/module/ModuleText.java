package dev.brink.exec.module;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the engine reads for each file: its text as an ES module. Made once. */
final class ModuleText {
  /** What {@code with { type: "text" }} adds to the path. */
  private static final String AS_TEXT = "#text";

  private static final String AS_BYTES = "#bytes";

  /** Keeps the engine from reading a file of WebAssembly by itself, from its ending. */
  private static final String AS_MODULE = "#module";

  private static final String WASM = ".wasm";

  /** Imports that the engine does not know; the module's name then says what it is. */
  private static final Pattern ATTRIBUTE =
      Pattern.compile(
          "(\\b(?:from|import)\\s*)([\"'])([^\"'\\n"
              + "]+)\\2(\\s*)with\\s*\\{\\s*type\\s*:\\s*([\"'])(text|bytes)\\5\\s*,?\\s*}");

  private static final Pattern DYNAMIC_ATTRIBUTE =
      Pattern.compile(
          "(\\bimport\\(\\s*)([\"'])([^\"'\\n"
              + "]+)\\2\\s*,\\s*\\{\\s*with\\s*:\\s*\\{\\s*type\\s*:\\s*([\"'])(text|bytes)\\4\\s*}\\s*}");

  /** What a package's {@code imports} may say more of. */
  private static final Pattern OWN =
      Pattern.compile("(\\b(?:from\\s*+|import\\s*+(?:\\(\\s*+)?))([\"'])(#[^\"'\\n]+)\\2");

  /** Imports of packages, and what looks like them. */
  private static final Pattern BARE =
      Pattern.compile("(\\b(?:from\\s*+|import\\s*+(?:\\(\\s*+)?))([\"'])([@\\w][\\w@/.-]*)\\2");

  private static final Set<String> TEXTS =
      Set.of("txt", "md", "html", "htm", "css", "svg", "sql", "xml", "csv", "graphql");
  private static final Set<String> BYTES =
      Set.of("bin", "dat", "png", "jpg", "jpeg", "gif", "webp", "ico", "woff2", "pdf", "zip", "gz");
  private static final Set<String> SCRIPTS = Set.of("js", "mjs", "cjs", "ts", "mts");

  private final Map<String, byte[]> files;
  private final ModuleResolver resolver;
  private final Map<String, byte[]> read = new ConcurrentHashMap<>();

  ModuleText(Map<String, byte[]> files, ModuleResolver resolver) {
    this.files = files;
    this.resolver = resolver;
  }

  /** The part of a path that says how to read the file; empty for none. */
  static String kind(String path) {
    for (String kind : List.of(AS_TEXT, AS_BYTES, AS_MODULE)) {
      if (path.endsWith(kind)) {
        return kind;
      }
    }
    return path.endsWith(WASM) ? AS_MODULE : "";
  }

  /** The path without that part. */
  static String file(String path) {
    String kind = kind(path);
    return path.endsWith(kind) ? path.substring(0, path.length() - kind.length()) : path;
  }

  /**
   * What a script that imports nothing has not: anywhere in it, so this may take too many for it.
   */
  private static final Pattern IMPORTS = Pattern.compile("import|\\bfrom\\s*[\"']");

  /** The text of a script that imports nothing; {@code null} for any other file. */
  @Nullable String alone(String file) {
    if (!kind(file).isEmpty() || !SCRIPTS.contains(file.substring(file.lastIndexOf('.') + 1))) {
      return null;
    }
    String text = text(read(file));
    return IMPORTS.matcher(text).find() ? null : text;
  }

  /** Reads an existing file. */
  byte[] read(String path) {
    return read.computeIfAbsent(path, this::make);
  }

  private byte[] make(String path) {
    if (path.startsWith(NodeModules.ROOT)) {
      return NodeModules.source(path.substring(NodeModules.ROOT.length()));
    }
    String kind = kind(path);
    String file = file(path);
    byte[] content = files.getOrDefault(file, new byte[0]);
    String ending = file.substring(file.lastIndexOf('.') + 1);
    if (kind.equals(AS_TEXT) || (kind.isEmpty() && TEXTS.contains(ending))) {
      return bytes("export default " + quoted(text(content)) + ";\n");
    }
    if (kind.equals(AS_BYTES) || (kind.isEmpty() && BYTES.contains(ending))) {
      return bytes("export default " + uint8Array(content) + ";\n");
    }
    if (kind.equals(AS_MODULE)) {
      return bytes("export default new WebAssembly.Module(" + uint8Array(content) + ");\n");
    }
    return SCRIPTS.contains(ending) ? script(file, ending, content) : content;
  }

  private byte[] script(String file, String ending, byte[] content) {
    String source = text(content);
    String made =
        isCommonJs(file, ending, source)
            ? CommonJs.wrap(source, specifier -> exists(file, specifier))
            : withKinds(source);
    made = withPackages(file, withOwn(file, made));
    return made.equals(source) ? content : bytes(made);
  }

  private boolean exists(String file, String specifier) {
    return specifier.startsWith("#")
        ? resolver.own(file, specifier) != null
        : resolver.resolves(file, specifier);
  }

  private static String withKinds(String source) {
    if (!source.contains("type")) {
      return source;
    }
    String named = ATTRIBUTE.matcher(source).replaceAll("$1$2$3#$6$2$4");
    return DYNAMIC_ATTRIBUTE.matcher(named).replaceAll("$1$2$3#$5$2");
  }

  /** Has imports that begin with {@code #} say which file they mean. */
  private String withOwn(String file, String source) {
    if (!source.contains("'#") && !source.contains("\"#")) {
      return source;
    }
    return OWN.matcher(source)
        .replaceAll(
            found -> {
              String path = resolver.own(file, found.group(3));
              String quote = found.group(2);
              return Matcher.quoteReplacement(
                  path == null ? found.group() : found.group(1) + quote + path + quote);
            });
  }

  /** Has imports of packages say which file they mean, where the engine would find another. */
  private String withPackages(String file, String source) {
    var known = new HashMap<String, String>();
    return BARE.matcher(source)
        .replaceAll(
            found -> {
              String path = known.computeIfAbsent(found.group(3), name -> named(file, name));
              String quote = found.group(2);
              return Matcher.quoteReplacement(found.group(1) + quote + path + quote);
            });
  }

  private String named(String file, String specifier) {
    String path = resolver.ofPackage(file, specifier);
    return path == null ? specifier : path;
  }

  /** A function's own files are ES modules; packages say what theirs are, or show it. */
  private boolean isCommonJs(String file, String ending, String source) {
    if (ending.equals("cjs")) {
      return true;
    }
    return ending.equals("js")
        && file.contains("/node_modules/")
        && !resolver.inModulePackage(file)
        && !CommonJs.hasModuleSyntax(source);
  }

  private static String uint8Array(byte[] content) {
    return "Uint8Array.fromBase64('" + Base64.getEncoder().encodeToString(content) + "')";
  }

  private static String quoted(String text) {
    var out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        default -> out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
