package dev.brink.exec.sourcemap;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The source maps of a bundle: in its files, where a comment at their end has or names one, or
 * beside them, as {@code FILE.map}. A map is read when something in its file is first looked up.
 * Thread-safe.
 */
public final class SourceMaps {
  private static final Pattern COMMENT = Pattern.compile("//[#@]\\s*sourceMappingURL=(\\S+)\\s*$");
  private static final Pattern DATA = Pattern.compile("data:application/json;[^,]*base64,(.+)");

  /** What follows the last space or parenthesis of a line of a stack. */
  private static final Pattern PLACE = Pattern.compile("/?([^:]+):(\\d{1,9}):(\\d{1,9})");

  private static final String AT = "    at ";

  /** The engine's lines are shorter; a guest may print anything. */
  private static final int MAX_LINE_CHARS = 512;

  /** A comment is at the end; only an inline map makes it long. */
  private static final int COMMENT_CHARS = 200;

  private final Map<String, byte[]> files;
  private final Map<String, Optional<SourceMap>> maps = new HashMap<>();

  /**
   * @param files of the bundle, by path
   */
  public SourceMaps(Map<String, byte[]> files) {
    this.files = files;
  }

  /**
   * Where a place comes from.
   *
   * @param line counts from 1, as does {@code column}
   * @return {@code null} when no map knows
   */
  public @Nullable Original find(String file, int line, int column) {
    SourceMap map = map(file);
    SourceMap.Place place = map == null ? null : map.find(line, column);
    return place == null ? null : new Original(place.source(), place.line(), place.column());
  }

  /** A text with the lines of stacks in it that maps know something of. */
  public String translate(String text) {
    if (!text.contains('\n' + AT)) {
      return text;
    }
    var translated = new StringBuilder(text.length());
    int from = 0;
    while (from < text.length()) {
      int feed = text.indexOf('\n', from);
      int to = feed < 0 ? text.length() : feed;
      if (to - from <= MAX_LINE_CHARS && text.startsWith(AT, from)) {
        translated.append(line(text.substring(from, to)));
      } else {
        translated.append(text, from, to);
      }
      if (feed >= 0) {
        translated.append('\n');
      }
      from = to + 1;
    }
    return translated.toString();
  }

  private String line(String line) {
    int end = line.endsWith(")") ? line.length() - 1 : line.length();
    int start = Math.max(line.lastIndexOf(' ', end - 1), line.lastIndexOf('(', end - 1)) + 1;
    Matcher place = PLACE.matcher(line).region(start, end);
    if (!place.matches()) {
      return line;
    }
    Original original =
        find(place.group(1), Integer.parseInt(place.group(2)), Integer.parseInt(place.group(3)));
    return original == null ? line : line.substring(0, start) + original + line.substring(end);
  }

  private synchronized @Nullable SourceMap map(String file) {
    return files.containsKey(file)
        ? maps.computeIfAbsent(file, name -> Optional.ofNullable(map(name, files.get(name))))
            .orElse(null)
        : null;
  }

  /**
   * What a file's comment says is where it says, in base 64 or a path, if it is anything at all.
   */
  private @Nullable SourceMap map(String file, byte @Nullable [] content) {
    try {
      return content == null ? null : read(file, content);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private @Nullable SourceMap read(String file, byte[] content) {
    String folder = folder(file);
    String source = new String(content, StandardCharsets.UTF_8).stripTrailing();
    String last = source.substring(source.lastIndexOf('\n') + 1);
    Matcher comment = COMMENT.matcher(last);
    String url = comment.find() ? comment.group(1) : "";
    Matcher data = DATA.matcher(url);
    if (data.matches()) {
      byte[] json = Base64.getMimeDecoder().decode(data.group(1));
      return SourceMap.parse(new String(json, StandardCharsets.UTF_8), folder);
    }
    String beside =
        url.isEmpty() || url.contains(":") || url.length() > COMMENT_CHARS
            ? file + ".map"
            : Path.of(folder).resolve(url).normalize().toString();
    byte[] json = files.get(beside);
    return json == null
        ? null
        : SourceMap.parse(new String(json, StandardCharsets.UTF_8), folder(beside));
  }

  private static String folder(String file) {
    return file.substring(0, Math.max(0, file.lastIndexOf('/')));
  }

  /** A place in a source; line and column count from 1. */
  public record Original(String source, int line, int column) {
    @Override
    public String toString() {
      return source + ":" + line + ":" + column;
    }
  }
}
