package dev.brink.cache;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Web cache deception: a path that ends like a static file, and a response of another type than
 * such a file has. An origin that ignores the end of a path sends what may be somebody's own page
 * under the name of a style sheet.
 */
final class Deception {
  /** What servers say of files that they don't know. No page goes by it. */
  private static final Set<String> UNKNOWN =
      Set.of("application/octet-stream", "binary/octet-stream");

  private static final String SCRIPT =
      "text/javascript application/javascript application/x-javascript text/ecmascript"
          + " application/ecmascript";
  private static final String JSON = "application/json text/json *+json";
  private static final String XML = "application/xml text/xml *+xml";
  private static final String IMAGE = "image/* image/svg+xml";
  private static final String FONT =
      "font/* application/font-* application/x-font-* application/vnd.ms-fontobject"
          + " application/vnd.ms-opentype";
  private static final String MEDIA = "video/* audio/* application/ogg application/mp4";
  private static final String PLAYLIST =
      "application/vnd.apple.mpegurl application/x-mpegurl audio/* video/*";
  private static final String FILE = "application/*";

  /** The types that a response under a name with that extension may have. */
  private static final Map<String, List<String>> TYPES = new HashMap<>();

  static {
    allow("css", "text/css");
    allow("js mjs cjs", SCRIPT);
    allow("json webmanifest map", JSON);
    allow("xml rss atom xsl", XML);
    allow("wasm", "application/wasm");
    allow("png apng jpg jpeg gif webp avif jxl heic ico bmp tif tiff svg svgz", IMAGE);
    allow("woff woff2 ttf ttc otf eot", FONT);
    allow("mp4 m4v m4a m4s mov avi mkv webm mp3 aac flac wav ogg oga ogv opus mid midi", MEDIA);
    allow("ts", MEDIA + " text/typescript application/typescript application/x-typescript", SCRIPT);
    allow("m3u8 m3u", PLAYLIST);
    allow("mpd", XML);
    allow("vtt srt", "text/vtt text/srt text/plain application/x-subrip");
    allow("txt", "text/plain");
    allow("md", "text/markdown text/plain");
    allow("csv tsv", "text/csv text/tab-separated-values text/plain application/csv");
    allow("csv", "application/vnd.ms-excel");
    allow("rtf", FILE, "text/rtf");
    allow("pdf ps eps ai doc docx xls xlsx ppt pptx odt ods odp epub swf", FILE);
    allow("gz zst bz2 xz", XML, "text/plain text/csv");
    allow("zip gz tgz bz2 xz zst 7z rar tar jar war class apk dmg iso exe msi deb rpm bin", FILE);
  }

  private static void allow(String extensions, String... types) {
    for (String extension : extensions.split(" ", -1)) {
      List<String> more = List.of(String.join(" ", types).split(" ", -1));
      TYPES.merge(extension, more, Deception::both);
    }
  }

  private static List<String> both(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  /**
   * Whether the type that a response claims is none that the extension of its path promises. Of a
   * path whose extension promises nothing that is never so.
   *
   * @param target path and query in normal form, as the key has them
   * @param type what {@code Content-Type} says; {@code null} or empty where it is missing, as it is
   *     of responses without content
   */
  static boolean contradicts(String target, int status, @Nullable String type) {
    List<String> types = TYPES.get(extension(target));
    if (types == null) {
      return false;
    }
    String essence = essence(type == null ? "" : type);
    if (essence.isEmpty()) {
      return status >= 200 && status < 300 && status != 204 && status != 205;
    }
    return !UNKNOWN.contains(essence)
        && types.stream().noneMatch(allowed -> includes(allowed, essence));
  }

  /** Of the last segment, in lower case; empty: it has none. */
  private static String extension(String target) {
    int query = target.indexOf('?');
    int end = query < 0 ? target.length() : query;
    int dot = target.lastIndexOf('.', end - 1);
    return dot < 0 || target.lastIndexOf('/', end - 1) > dot
        ? ""
        : target.substring(dot + 1, end).toLowerCase(Locale.ROOT);
  }

  private static String essence(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /**
   * A family, which ends with an asterisk, is of what is not data for a program or a page: these
   * have to be named, or their suffix (RFC 6839), and XHTML is nothing but a page.
   */
  private static boolean includes(String allowed, String type) {
    int last = allowed.length() - 1;
    if (allowed.startsWith("*")) {
      return type.endsWith(allowed.substring(1)) && !type.startsWith("application/xhtml");
    }
    return allowed.charAt(last) == '*'
        ? type.startsWith(allowed.substring(0, last)) && !isData(type)
        : type.equals(allowed);
  }

  private static boolean isData(String type) {
    return type.endsWith("json")
        || type.endsWith("xml")
        || type.endsWith("javascript")
        || type.endsWith("yaml")
        || type.endsWith("urlencoded");
  }

  private Deception() {}
}
