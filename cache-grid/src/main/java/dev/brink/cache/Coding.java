package dev.brink.cache;

import dev.brink.cache.field.Directives;
import dev.brink.cache.field.Tokens;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a response is stored in, and whether it is changed for whom that does not suit. */
enum Coding {
  /** As it came, and given to nobody otherwise; its {@code Vary} says whom it suits. */
  AS_IT_CAME(0),
  /** In gzip, as it came. */
  GZIP_CAME(1),
  /** In gzip, though it came without. */
  GZIP_MADE(2),
  /** In another coding, made of what is stored in one of these: never in a stored head. */
  RECODED(3);

  /** Shorter ones gain nothing. */
  private static final int LEAST_BYTES = 1024;

  private static final Set<String> TYPES =
      Set.of(
          "application/javascript",
          "application/json",
          "application/wasm",
          "application/x-javascript",
          "application/x-ndjson",
          "application/xml",
          "font/otf",
          "font/ttf",
          "image/x-icon");

  private final int number;

  Coding(int number) {
    this.number = number;
  }

  /** What it is in a stored head. */
  int number() {
    return number;
  }

  /** The one with this number; that of a later version is as it came. */
  static Coding of(int number) {
    return switch (number) {
      case 1 -> GZIP_CAME;
      case 2 -> GZIP_MADE;
      default -> AS_IT_CAME;
    };
  }

  /**
   * What to store a response in. It is compressed for a client that takes that: others would have
   * it decoded each time, and where there are only such ones, as between servers, for nothing.
   *
   * @param response to a request that asked for no range
   */
  static Coding of(CacheRequest asked, HttpResponse response, HttpHeaders headers) {
    if (!asked.policy().compresses() || response.status().code() != 200 || keepsBytes(headers)) {
      return AS_IT_CAME;
    }
    List<String> codings = Tokens.lowerCase(headers.getAll(HttpHeaderNames.CONTENT_ENCODING));
    if (!codings.isEmpty()) {
      return codings.equals(List.of("gzip")) ? GZIP_CAME : AS_IT_CAME;
    }
    long length = Storing.length(response);
    boolean gains =
        AcceptedCodings.of(asked.request().headers()).gzip()
            && (length < 0 || length >= LEAST_BYTES)
            && compressible(headers.get(HttpHeaderNames.CONTENT_TYPE, ""));
    return gains ? GZIP_MADE : AS_IT_CAME;
  }

  /**
   * Whether a stored response may be given in fewer bytes, as far as can be told at once; see
   * {@link #keepsBytes} too.
   *
   * @param length of the body as it is stored
   */
  boolean mayBeDenser(Head head, long length) {
    return switch (this) {
      case GZIP_CAME, GZIP_MADE -> length >= LEAST_BYTES;
      case RECODED -> false;
      case AS_IT_CAME ->
          length >= LEAST_BYTES
              && head.status() == 200
              && !head.sliced()
              && !head.fields().contains(HttpHeaderNames.CONTENT_ENCODING)
              && compressible(head.fields().get(HttpHeaderNames.CONTENT_TYPE, ""));
    };
  }

  /** Whether the fields tell of the bytes as they came. */
  static boolean keepsBytes(HttpHeaders headers) {
    return Directives.parse(headers.getAll(HttpHeaderNames.CACHE_CONTROL)).has("no-transform")
        || headers.contains(Fields.CONTENT_DIGEST)
        || headers.contains(Fields.REPR_DIGEST)
        || headers.contains("content-md5")
        || headers.contains("digest");
  }

  /**
   * Names {@code Accept-Encoding} in {@code Vary} of a response in a coding that not all take,
   * where its origin has forgotten that.
   */
  static void nameInVary(CacheRequest asked, HttpHeaders response) {
    List<String> codings = Tokens.lowerCase(response.getAll(HttpHeaderNames.CONTENT_ENCODING));
    if (asked.policy().compresses()
        && codings.stream().anyMatch(AcceptedCodings::isBest)
        && !Variants.names(response).contains("accept-encoding")) {
      response.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    }
  }

  private static boolean compressible(String contentType) {
    int end = contentType.indexOf(';');
    String type =
        (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    return (type.startsWith("text/") && !type.equals("text/event-stream"))
        || type.endsWith("+json")
        || type.endsWith("+xml")
        || TYPES.contains(type);
  }

  /** Whether the bytes are those that came, so that ranges of them are what a client may want. */
  boolean divides() {
    return this == AS_IT_CAME || this == GZIP_CAME;
  }

  /**
   * Makes the fields of a stored response those of an answer. Bytes that are not those that came
   * have a weak tag: they mean the same, and ranges of them don't fit together.
   *
   * @return whether the body is to be decoded
   */
  boolean suit(HttpHeaders fields, HttpHeaders request) {
    if (this == AS_IT_CAME) {
      return false;
    }
    if (!Tokens.lowerCase(fields.getAll(HttpHeaderNames.VARY)).contains("accept-encoding")) {
      fields.add(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    }
    boolean takes = this == RECODED || AcceptedCodings.of(request).gzip();
    if (this == RECODED || takes == (this == GZIP_MADE)) {
      String etag = fields.get(HttpHeaderNames.ETAG);
      if (etag != null && !etag.startsWith("W/")) {
        fields.set(HttpHeaderNames.ETAG, "W/" + etag);
      }
      fields.remove(Fields.REPR_DIGEST);
      fields.remove(HttpHeaderNames.ACCEPT_RANGES);
    }
    if (!takes) {
      fields.remove(HttpHeaderNames.CONTENT_ENCODING);
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
      fields.remove(HttpHeaderNames.ACCEPT_RANGES);
    }
    return !takes;
  }
}
