package dev.brink.exec.module;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes an ES module of a CommonJS one, which keeps its line numbers. What it requires is imported
 * before it runs, even where it asks for it later; so a cycle of requires does not work.
 */
final class CommonJs {
  // Looked for in what tenants wrote: none may try one stretch of it from many places.

  private static final Pattern MODULE_SYNTAX =
      Pattern.compile("(?m)^[^\\S\\r\\n]*+(?:import\\b\\s*[\\w{*\"'$]|export\\b\\s*[\\w{*])");
  private static final Pattern REQUIRE =
      Pattern.compile("\\brequire\\(\\s*([\"'])([^\"'\\n]+)\\1\\s*\\)");
  private static final Pattern EXPORTED =
      Pattern.compile(
          "\\bexports\\.([A-Za-z_$][\\w$]*)\\s*=[^=]"
              + "|\\bdefineProperty\\(\\s*exports\\s*,\\s*[\"']([A-Za-z_$][\\w$]*)[\"']");

  private static final Pattern WHOLE =
      Pattern.compile("\\bmodule\\.exports\\s*=\\s*([A-Za-z_$][\\w$]*)\\s*;");

  /** Another name for all that is exported. */
  private static final Pattern ALIAS =
      Pattern.compile("(?<![\\w$])([A-Za-z_$][\\w$]*+)\\s*+=\\s*module\\.exports\\s*=[^=]");

  static boolean hasModuleSyntax(String source) {
    return MODULE_SYNTAX.matcher(source).find();
  }

  /**
   * An ES module.
   *
   * @param exists whether what is required is there; a package may try for what is not
   */
  static String wrap(String source, Predicate<String> exists) {
    var text = new StringBuilder();
    Map<String, String> required = required(source);
    required.keySet().removeIf(exists.negate());
    required.forEach(
        (specifier, name) ->
            text.append("import * as ")
                .append(name)
                .append(" from '")
                .append(specifier)
                .append("'; "));
    text.append("const $module = { exports: {} }; const $required = (name) => { switch (name) {");
    required.forEach(
        (specifier, name) ->
            text.append(" case '")
                .append(specifier)
                .append("': return ")
                .append(name)
                .append(".$commonjs ? ")
                .append(name)
                .append(".default : ")
                .append(name)
                .append(';'));
    text.append(" default: throw new Error(`cannot require ${name}: not in the bundle`); } }; ")
        .append("const $process = { env: {}, browser: true, nextTick: (f, ...a) =>")
        .append(" queueMicrotask(() => f(...a)) }; ")
        .append("(function (module, exports, require, global, process) {")
        .append(source)
        .append("\n}).call($module.exports, $module, $module.exports, $required, globalThis,")
        .append(" $process);\nexport default $module.exports; export const $commonjs = true;");
    int count = 0;
    for (String name : exported(source)) {
      String local = "$export" + count++;
      text.append(" const ")
          .append(local)
          .append(" = $module.exports.")
          .append(name)
          .append("; export { ")
          .append(local)
          .append(" as ")
          .append(name)
          .append(" };");
    }
    return text.append('\n').toString();
  }

  private static Map<String, String> required(String source) {
    var names = new LinkedHashMap<String, String>();
    Matcher matcher = REQUIRE.matcher(source);
    while (matcher.find()) {
      if (matcher.group(2).indexOf('\\') < 0) {
        names.computeIfAbsent(matcher.group(2), _ -> "$import" + names.size());
      }
    }
    return names;
  }

  private static Set<String> exported(String source) {
    var names = new LinkedHashSet<String>();
    Matcher matcher = EXPORTED.matcher(source);
    while (matcher.find()) {
      String name = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
      if (!name.equals("default") && !name.equals("__esModule")) {
        names.add(name);
      }
    }
    for (Pattern holder : List.of(WHOLE, ALIAS)) {
      Matcher whole = holder.matcher(source);
      if (whole.find()) {
        members(source, whole.group(1), names);
      }
    }
    return names;
  }

  private static void members(String source, String holder, Set<String> names) {
    Matcher member =
        Pattern.compile("\\b" + Pattern.quote(holder) + "\\.([A-Za-z_$][\\w$]*)\\s*=[^=]")
            .matcher(source);
    while (member.find()) {
      names.add(member.group(1));
    }
  }

  private CommonJs() {}
}
