package dev.brink.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.brink.cache.field.HttpDate;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header fields in few bytes, exactly as they came: names and values that are usual by number,
 * dates by their seconds, anything else as it is. A quarter of the text as a rule, and faster to
 * read, for what is usual needs no decoding.
 *
 * <p>A field is the number of its name, or 0 and its name as text, and then its value. A text, and
 * a value, is a varint: the two low bits tell what the others are.
 */
final class PackedFields {
  private static final int LATIN_1 = 0;
  private static final int UTF_8_TEXT = 1;
  private static final int USUAL = 2;
  private static final int DATE = 3;
  private static final int KINDS = 2;

  private static final int DATE_LENGTH = 29;

  /** What is stored refers to it by place: only ever added to at the end. */
  private static final List<String> NAMES =
      List.of(
          "",
          "Accept-Ranges",
          "Access-Control-Allow-Credentials",
          "Access-Control-Allow-Headers",
          "Access-Control-Allow-Methods",
          "Access-Control-Allow-Origin",
          "Access-Control-Expose-Headers",
          "Age",
          "Allow",
          "Alt-Svc",
          "CDN-Cache-Control",
          "Cache-Control",
          "Cache-Status",
          "Cache-Tag",
          "Content-Digest",
          "Content-Disposition",
          "Content-Encoding",
          "Content-Language",
          "Content-Length",
          "Content-Location",
          "Content-Range",
          "Content-Security-Policy",
          "Content-Type",
          "Cross-Origin-Embedder-Policy",
          "Cross-Origin-Opener-Policy",
          "Cross-Origin-Resource-Policy",
          "Date",
          "ETag",
          "Expires",
          "Last-Modified",
          "Link",
          "Location",
          "Permissions-Policy",
          "Pragma",
          "Referrer-Policy",
          "Repr-Digest",
          "Server",
          "Server-Timing",
          "Set-Cookie",
          "Strict-Transport-Security",
          "Surrogate-Key",
          "Timing-Allow-Origin",
          "Trailer",
          "Vary",
          "Via",
          "X-Content-Type-Options",
          "X-Frame-Options",
          "X-Powered-By",
          "X-XSS-Protection",
          "accept-ranges",
          "access-control-allow-origin",
          "age",
          "alt-svc",
          "cache-control",
          "cache-tag",
          "content-disposition",
          "content-encoding",
          "content-language",
          "content-length",
          "content-location",
          "content-range",
          "content-security-policy",
          "content-type",
          "cross-origin-resource-policy",
          "date",
          "etag",
          "expires",
          "last-modified",
          "link",
          "location",
          "permissions-policy",
          "referrer-policy",
          "server",
          "server-timing",
          "strict-transport-security",
          "surrogate-key",
          "timing-allow-origin",
          "vary",
          "via",
          "x-content-type-options",
          "x-frame-options",
          "x-powered-by",
          "x-xss-protection");

  /** As {@link #NAMES}. */
  private static final List<String> VALUES =
      List.of(
          "",
          "*",
          "0",
          "bytes",
          "none",
          "nosniff",
          "DENY",
          "SAMEORIGIN",
          "true",
          "gzip",
          "br",
          "zstd",
          "en",
          "nginx",
          "Apache",
          "cloudflare",
          "same-origin",
          "cross-origin",
          "strict-origin-when-cross-origin",
          "no-referrer",
          "1; mode=block",
          "Accept-Encoding",
          "accept-encoding",
          "Accept",
          "Accept-Language",
          "Origin",
          "max-age=0",
          "max-age=60",
          "max-age=300",
          "max-age=600",
          "max-age=3600",
          "max-age=86400",
          "max-age=31536000",
          "max-age=31536000, immutable",
          "public",
          "public, max-age=0, must-revalidate",
          "public, max-age=3600",
          "public, max-age=86400",
          "public, max-age=31536000",
          "public, max-age=31536000, immutable",
          "no-cache",
          "application/javascript",
          "application/json",
          "application/json; charset=utf-8",
          "application/octet-stream",
          "application/pdf",
          "application/xml",
          "application/zip",
          "font/woff2",
          "image/avif",
          "image/gif",
          "image/jpeg",
          "image/png",
          "image/svg+xml",
          "image/webp",
          "image/x-icon",
          "text/css",
          "text/css; charset=utf-8",
          "text/html",
          "text/html; charset=utf-8",
          "text/html; charset=UTF-8",
          "text/javascript",
          "text/javascript; charset=utf-8",
          "text/plain",
          "text/plain; charset=utf-8",
          "text/xml",
          "video/mp4",
          "video/mp2t",
          "audio/mpeg",
          "application/vnd.apple.mpegurl");

  /** {@link #NAMES} as they are compared and written fastest. */
  private static final List<AsciiString> ASCII_NAMES =
      NAMES.stream().map(AsciiString::cached).toList();

  private static final Map<String, Integer> NAME_NUMBERS = numbers(NAMES);
  private static final Map<String, Integer> VALUE_NUMBERS = numbers(VALUES);

  private PackedFields() {}

  private static Map<String, Integer> numbers(List<String> texts) {
    Map<String, Integer> numbers = HashMap.newHashMap(texts.size());
    for (String text : texts) {
      numbers.put(text, numbers.size());
    }
    return Map.copyOf(numbers);
  }

  static ByteString pack(HttpHeaders fields) {
    ByteString.Output bytes = ByteString.newOutput();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      for (Map.Entry<String, String> field : fields) {
        int name = NAME_NUMBERS.getOrDefault(field.getKey(), 0);
        out.writeUInt32NoTag(name);
        if (name == 0) {
          writeText(out, field.getKey());
        }
        writeValue(out, field.getValue());
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteString();
  }

  private static void writeValue(CodedOutputStream out, String value) throws IOException {
    Integer usual = VALUE_NUMBERS.get(value);
    long date = usual == null && value.length() == DATE_LENGTH ? HttpDate.parse(value, 0) : -1;
    if (usual != null) {
      out.writeUInt64NoTag((long) usual << KINDS | USUAL);
    } else if (date >= 0 && date <= HttpDate.LAST && HttpDate.format(date).equals(value)) {
      out.writeUInt64NoTag(date << KINDS | DATE);
    } else {
      writeText(out, value);
    }
  }

  private static void writeText(CodedOutputStream out, String text) throws IOException {
    boolean latin = text.chars().allMatch(c -> c < 256);
    byte[] bytes = text.getBytes(latin ? ISO_8859_1 : UTF_8);
    out.writeUInt64NoTag((long) bytes.length << KINDS | (latin ? LATIN_1 : UTF_8_TEXT));
    out.writeRawBytes(bytes);
  }

  /** The fields; {@code null} if the bytes are not what {@link #pack} of this version writes. */
  static @Nullable HttpHeaders unpack(ByteString bytes) {
    HttpHeaders fields =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    CodedInputStream in = bytes.newCodedInput();
    try {
      while (!in.isAtEnd()) {
        int number = in.readUInt32();
        CharSequence name = number == 0 ? read(in) : at(ASCII_NAMES, number);
        String value = read(in);
        if (name == null || value == null) {
          return null;
        }
        fields.add(name, value);
      }
    } catch (IOException _) {
      return null;
    }
    return fields;
  }

  private static @Nullable String read(CodedInputStream in) throws IOException {
    long what = in.readUInt64();
    long rest = what >>> KINDS;
    return switch ((int) what & (1 << KINDS) - 1) {
      case USUAL -> at(VALUES, rest);
      case DATE -> rest > HttpDate.LAST ? null : HttpDate.format(rest);
      case LATIN_1 -> new String(in.readRawBytes((int) rest), ISO_8859_1);
      default -> new String(in.readRawBytes((int) rest), UTF_8);
    };
  }

  private static <T> @Nullable T at(List<T> texts, long number) {
    return number >= 0 && number < texts.size() ? texts.get((int) number) : null;
  }
}
