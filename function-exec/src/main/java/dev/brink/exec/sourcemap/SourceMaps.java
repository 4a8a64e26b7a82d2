package dev.brink.exec.sourcemap;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
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
  private static final Pattern PLACE =
      Pattern.compile(
          "^(\\s+at .*?\\(?)/?([^\\s()]+?):(\\d{1,9}):(\\d{1,9})(\\)?)$", Pattern.MULTILINE);

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
    if (!text.contains("\n    at ")) {
      return text;
    }
    return PLACE.matcher(text).replaceAll(line -> Matcher.quoteReplacement(translate(line)));
  }

  private String translate(MatchResult line) {
    Original original =
        find(line.group(2), Integer.parseInt(line.group(3)), Integer.parseInt(line.group(4)));
    return original == null ? line.group() : line.group(1) + original + line.group(5);
  }

  private synchronized @Nullable SourceMap map(String file) {
    return maps.computeIfAbsent(file, name -> Optional.ofNullable(read(name))).orElse(null);
  }

  private @Nullable SourceMap read(String file) {
    byte[] content = files.get(file);
    if (content == null) {
      return null;
    }
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
