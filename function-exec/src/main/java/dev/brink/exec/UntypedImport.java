package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.FunctionException.SourcePosition;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the import of JSON whose type is not written: the engine says neither what nor where. */
final class UntypedImport {
  private static final Pattern SCRIPT = Pattern.compile(".*\\.[cm]?[jt]s");
  private static final Pattern IMPORT =
      Pattern.compile(
          "\\b(?:from|import)\\s*+([\"'])([^\"'\\n]{1,1024}?\\.json)\\1(?!\\s*+with\\b)");

  /**
   * What is wrong, at the first such import of the modules in the order of their names.
   *
   * @param message what it says where none is found
   */
  static FunctionException in(Map<String, byte[]> modules, String message) {
    for (Map.Entry<String, byte[]> each : new TreeMap<>(modules).entrySet()) {
      String module = each.getKey();
      if (!SCRIPT.matcher(module).matches() || module.contains("node_modules/")) {
        continue;
      }
      String text = new String(each.getValue(), StandardCharsets.UTF_8);
      Matcher at = IMPORT.matcher(text);
      if (at.find()) {
        String what = at.group(2) + ": imported without its type (expected: with { type: 'json' })";
        return new FunctionException(Code.MODULE_ERROR, what, position(module, text, at.start(1)));
      }
    }
    return new FunctionException(Code.MODULE_ERROR, message, null);
  }

  private static SourcePosition position(String module, String text, int index) {
    int line = (int) text.substring(0, index).chars().filter(c -> c == '\n').count() + 1;
    return new SourcePosition(module, line, index - text.lastIndexOf('\n', index));
  }

  private UntypedImport() {}
}
