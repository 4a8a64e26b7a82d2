package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.FunctionException.SourcePosition;
import dev.brink.exec.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the imported file that is no JSON: the engine says what is wrong with it, not where. */
final class InvalidJson {
  private static final String ENDING = ".json";
  private static final Pattern MESSAGE =
      Pattern.compile("SyntaxError: .* (?:in JSON at position (\\d{1,9})|JSON input)");
  private static final Pattern SCRIPT = Pattern.compile(".*\\.[cm]?[jt]s");

  /** Whether the engine says that of a text that it was to read as JSON. */
  static boolean isMeantBy(String message) {
    return MESSAGE.matcher(message).matches();
  }

  /** The same, at its place in the first such file, in the order of their names, that is named. */
  static FunctionException in(Map<String, byte[]> modules, String message) {
    for (Map.Entry<String, byte[]> each : new TreeMap<>(modules).entrySet()) {
      String file = each.getKey();
      if (file.endsWith(ENDING) && isNamed(file, modules)) {
        String text = text(each.getValue());
        if (!isJson(text)) {
          return new FunctionException(Code.MODULE_ERROR, message, position(file, text, message));
        }
      }
    }
    return new FunctionException(Code.MODULE_ERROR, message, null);
  }

  private static boolean isNamed(String file, Map<String, byte[]> modules) {
    String name = file.substring(file.lastIndexOf('/') + 1, file.length() - ENDING.length());
    Pattern named = Pattern.compile("[/\"']" + Pattern.quote(name) + "(?:\\.json)?[\"']");
    return modules.entrySet().stream()
        .filter(each -> SCRIPT.matcher(each.getKey()).matches())
        .anyMatch(each -> named.matcher(text(each.getValue())).find());
  }

  private static boolean isJson(String text) {
    try {
      Json.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static SourcePosition position(String file, String text, String message) {
    Matcher at = MESSAGE.matcher(message);
    int said = at.matches() && at.group(1) != null ? Integer.parseInt(at.group(1)) : text.length();
    String before = text.substring(0, Math.min(said, text.length()));
    int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
    return new SourcePosition(file, line, before.length() - before.lastIndexOf('\n'));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private InvalidJson() {}
}
