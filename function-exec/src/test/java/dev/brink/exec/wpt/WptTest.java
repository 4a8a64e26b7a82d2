package dev.brink.exec.wpt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One test to run: a file and one of its variants.
 *
 * @param path within the checkout, with forward slashes
 * @param variant what follows the path in the test's URL, empty or starting with {@code ?}
 * @param scripts paths within the checkout of what its META lines include, in order
 * @param limit how long it may take before what is unfinished has timed out
 */
record WptTest(String path, String variant, List<String> scripts, Duration limit) {
  private static final Pattern META = Pattern.compile("^//\\s*META:\\s*(\\w+)=(.*)$");

  /** The server of web-platform-tests knows this file by another name. */
  private static final String PARSER = "/resources/WebIDLParser.js";

  private static final String PARSER_FILE = "resources/webidl2/lib/webidl2.js";
  private static final Duration NORMAL = Duration.ofSeconds(10);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** The variants of a file, or none when it is for globals that are not like a function's. */
  static List<WptTest> of(Path root, Path file) throws IOException {
    String path = root.relativize(file).toString();
    List<String> scripts = new ArrayList<>();
    List<String> variants = new ArrayList<>();
    Duration limit = NORMAL;
    boolean ours = true;
    for (String line : (Iterable<String>) Files.readString(file).lines()::iterator) {
      if (!line.startsWith("//")) {
        break;
      }
      Matcher meta = META.matcher(line);
      if (!meta.matches()) {
        continue;
      }
      String value = meta.group(2).strip();
      switch (meta.group(1)) {
        case "script" -> scripts.add(resolve(path, value));
        case "variant" -> variants.add(value);
        case "timeout" -> limit = value.equals("long") ? LONG : NORMAL;
        case "global" -> ours = globals(value);
        default -> {}
      }
    }
    if (!ours) {
      return List.of();
    }
    List<String> all = variants.isEmpty() ? List.of("") : variants;
    Duration most = limit;
    return all.stream().map(variant -> new WptTest(path, variant, scripts, most)).toList();
  }

  private static boolean globals(String value) {
    return List.of(value.split(",")).stream()
        .map(String::strip)
        .anyMatch(name -> !name.equals("serviceworker") && !name.startsWith("!"));
  }

  private static String resolve(String from, String script) {
    if (script.equals(PARSER)) {
      return PARSER_FILE;
    }
    if (script.startsWith("/")) {
      return script.substring(1);
    }
    return Path.of(from).resolveSibling(script).normalize().toString();
  }

  /** What the test is called in reports. */
  String name() {
    return path + variant;
  }

  /** The server of web-platform-tests fills in where it is. */
  private static String filledIn(String script, String source) {
    return script.contains(".sub.")
        ? source
            .replaceAll("\\{\\{(?:host|domains\\[[^]]*\\])\\}\\}", "web-platform.test")
            .replaceAll("\\{\\{ports\\[\\w+\\]\\[\\d\\]\\}\\}", "8000")
        : source;
  }

  /** A module whose handler runs the test and answers with its results. */
  byte[] module(Path root) throws IOException {
    var text = new StringBuilder("const scripts = [\n");
    List<String> all = new ArrayList<>(List.of("resources/testharness.js"));
    all.addAll(scripts);
    all.add(path);
    for (String script : all) {
      String source = filledIn(script, Files.readString(root.resolve(script)));
      text.append('[').append(Quoted.of(script)).append(", ").append(Quoted.of(source));
      text.append("],\n");
    }
    text.append("];\nconst url = ").append(Quoted.of(WptFiles.ORIGIN + path + variant));
    text.append(";\nconst limit = ").append(limit.toMillis()).append(";\n");
    text.append(Resources.read("harness.js"));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
