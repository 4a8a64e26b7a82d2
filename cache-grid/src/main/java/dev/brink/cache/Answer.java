package dev.brink.cache;

import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import dev.brink.cache.field.EntityTags;
import dev.brink.cache.field.HttpDate;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A stored response as a client's request is to be answered with it: whole, in part, or not at all
 * because the client has it (RFC 9110 sections 13 and 14).
 *
 * @param head belongs to whoever is answered
 * @param body {@code null} when {@code head} is full
 */
record Answer(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
  private static final int MAX_INLINE_BYTES = 64 * 1024;

  /**
   * How long before it was sent a response must have been changed for that date to be a strong
   * validator. One second does where both are of one clock, which can't be known here.
   */
  private static final long STRONG_DATE_SECONDS = 60;

  /**
   * Makes the answer.
   *
   * @param source the body; the answer holds on to it as long as it needs it
   * @param length of the body; -1: not known yet
   * @param ageSeconds what {@code Age} says; -1: nothing
   * @param onBroken runs when the body turns out not to be the gzip that it is stored as, be it
   *     after the answer has begun
   * @return {@code null} when the request wants bytes that are not there
   */
  static @Nullable Answer of(
      HttpRequest request,
      Head stored,
      BodySource source,
      long length,
      long ageSeconds,
      String cacheStatus,
      long nowMillis,
      Runnable onBroken) {
    HttpHeaders fields = stored.fields().copy();
    if (ageSeconds >= 0) {
      fields.set(HttpHeaderNames.AGE, ageSeconds);
    }
    fields.add(Fields.CACHE_STATUS, cacheStatus);
    boolean decodes = stored.coding().suit(fields, request.headers());
    boolean ok = stored.status() == 200 || stored.partial();
    if (ok && notModified(request.headers(), stored, nowMillis)) {
      return notModified(fields);
    }
    HttpResponseStatus status = HttpResponseStatus.valueOf(stored.status(), stored.reason());
    if (request.method().equals(HttpMethod.HEAD)) {
      long whole = stored.partial() ? stored.completeLength() : length;
      if (whole >= 0 && !decodes) {
        fields.set(HttpHeaderNames.CONTENT_LENGTH, whole);
      }
      fields.remove(HttpHeaderNames.CONTENT_RANGE);
      return empty(stored.partial() ? HttpResponseStatus.OK : status, fields);
    }
    if (decodes) {
      return decoded(status, fields, source, length, onBroken);
    }
    boolean divides = ok && length >= 0 && stored.coding().divides();
    List<ByteRange> wanted = divides ? ranges(request.headers(), stored, length, nowMillis) : null;
    if (stored.partial()) {
      return wanted == null ? null : ofParts(stored, source, wanted, fields);
    }
    if (wanted != null) {
      return ofWhole(stored, source, length, wanted, fields);
    }
    return whole(status, fields, source, length);
  }

  /** A 206 as the origin sent it, to the request that asked for just that. */
  static Answer verbatim(Head stored, BodySource source, String cacheStatus, long length) {
    HttpHeaders fields = stored.fields().copy();
    fields.add(Fields.CACHE_STATUS, cacheStatus);
    HttpResponseStatus status = HttpResponseStatus.valueOf(stored.status(), stored.reason());
    return whole(status, fields, source, length);
  }

  private static Answer empty(HttpResponseStatus status, HttpHeaders fields) {
    return full(status, Unpooled.EMPTY_BUFFER, fields);
  }

  private static @Nullable Answer decoded(
      HttpResponseStatus status,
      HttpHeaders fields,
      BodySource source,
      long length,
      Runnable onBroken) {
    boolean small = length >= 0 && length <= MAX_INLINE_BYTES && source.complete();
    ByteBuf coded = small && length > 0 ? source.read(0, (int) length) : null;
    if (coded != null) {
      try {
        ByteBuf all = coded.readableBytes() == length ? unzipped(coded) : null;
        if (all != null) {
          fields.set(HttpHeaderNames.CONTENT_LENGTH, all.readableBytes());
          return full(status, all, fields);
        }
      } catch (DataFormatException e) {
        onBroken.run();
        return null;
      } finally {
        coded.release();
      }
    }
    var body = new BodyReader(source, 0, length < 0 ? Long.MAX_VALUE : length);
    return new Answer(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, fields),
        new Decoding(body, onBroken));
  }

  /** Decodes what is little, all at once; {@code null}: it is not so little. */
  private static @Nullable ByteBuf unzipped(ByteBuf coded) throws DataFormatException {
    ByteBuf all = ByteBufAllocator.DEFAULT.buffer(coded.readableBytes() * 4);
    boolean whole = false;
    try (var decoder = new GzipReader()) {
      for (ByteBuf piece; (piece = decoder.read(coded)) != null; ) {
        all.writeBytes(piece);
        piece.release();
        if (all.readableBytes() > MAX_INLINE_BYTES) {
          return null;
        }
      }
      decoder.checkEnd();
      whole = true;
      return all;
    } finally {
      if (!whole) {
        all.release();
      }
    }
  }

  private static Answer full(HttpResponseStatus status, ByteBuf body, HttpHeaders fields) {
    return new Answer(
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, status, body, fields, EmptyHttpHeaders.INSTANCE),
        null);
  }

  private static Answer whole(
      HttpResponseStatus status, HttpHeaders fields, BodySource source, long length) {
    if (length < 0) {
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    return slice(status, fields, source, 0, length);
  }

  /**
   * @param length -1: to wherever the end turns out to be
   */
  private static Answer slice(
      HttpResponseStatus status, HttpHeaders fields, BodySource source, long start, long length) {
    if (length >= 0 && bodiless(status)) {
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
      return empty(status, fields);
    }
    if (length >= 0) {
      fields.set(HttpHeaderNames.CONTENT_LENGTH, length);
    }
    if (length == 0) {
      return empty(status, fields);
    }
    if (length > 0 && length <= MAX_INLINE_BYTES && source.available() >= start + length) {
      ByteBuf all = source.read(start, (int) length);
      if (all != null && all.readableBytes() == length) {
        return full(status, all, fields);
      }
      if (all != null) {
        all.release();
      }
    }
    long end = length < 0 ? Long.MAX_VALUE : start + length;
    return new Answer(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, status, fields),
        new BodyReader(source, start, end));
  }

  private static boolean bodiless(HttpResponseStatus status) {
    return status.code() == 204 || status.code() == 304;
  }

  /** Whether the client has what is stored (RFC 9111 section 4.3.2). */
  private static boolean notModified(HttpHeaders request, Head stored, long nowMillis) {
    if (request.contains(HttpHeaderNames.IF_NONE_MATCH)) {
      List<String> tags = request.getAll(HttpHeaderNames.IF_NONE_MATCH);
      String etag = stored.etag();
      return etag == null ? tags.contains("*") : EntityTags.anyMatches(tags, etag);
    }
    String since = request.get(HttpHeaderNames.IF_MODIFIED_SINCE);
    if (since == null) {
      return false;
    }
    long now = nowMillis / 1000;
    long asked = HttpDate.parse(since, now);
    String modified = stored.lastModified();
    long last = modified == null ? sent(stored) : HttpDate.parse(modified, now);
    return asked != HttpDate.INVALID && last != HttpDate.INVALID && last <= asked;
  }

  private static long sent(Head stored) {
    return Freshness.date(stored.fields(), stored.receivedMillis() / 1000);
  }

  /** Has all that guides a cache in front of this one, and nothing that tells of the bytes. */
  private static Answer notModified(HttpHeaders fields) {
    Freshening.ABOUT_BYTES.forEach(fields::remove);
    return empty(HttpResponseStatus.NOT_MODIFIED, fields);
  }

  /** The ranges a request wants; {@code null}: all of it. */
  private static @Nullable List<ByteRange> ranges(
      HttpHeaders request, Head stored, long length, long nowMillis) {
    String range = request.get(HttpHeaderNames.RANGE);
    if (range == null) {
      return null;
    }
    String condition = request.get(HttpHeaderNames.IF_RANGE);
    return condition == null || holds(condition.strip(), stored, length, nowMillis)
        ? ByteRange.parse(range)
        : null;
  }

  /**
   * A date tells nothing where the same one belongs to bodies in several codings, nor where it is
   * weak: what changed so shortly before it was sent may have changed again, unnoticed (RFC 9110
   * sections 8.8.2.2 and 13.1.5).
   */
  private static boolean holds(String condition, Head stored, long length, long nowMillis) {
    if (condition.startsWith("\"") || condition.startsWith("W/")) {
      return EntityTags.strongMatch(condition, stored.etag());
    }
    String modified = stored.coding().mayBeDenser(stored, length) ? null : stored.lastModified();
    long date = HttpDate.parse(condition, nowMillis / 1000);
    return modified != null
        && date != HttpDate.INVALID
        && date == HttpDate.parse(modified, nowMillis / 1000)
        && sent(stored) - date >= STRONG_DATE_SECONDS;
  }

  private static Answer ofWhole(
      Head stored, BodySource source, long length, List<ByteRange> wanted, HttpHeaders fields) {
    List<ByteRange> ranges = satisfiable(wanted, length);
    fields.remove(Fields.CONTENT_DIGEST);
    if (ranges.isEmpty()) {
      fields.set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + length);
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
      return empty(HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE, fields);
    }
    if (ranges.size() == 1) {
      ByteRange range = ranges.getFirst();
      fields.set(HttpHeaderNames.CONTENT_RANGE, new ContentRange(range, length).text());
      return slice(
          HttpResponseStatus.PARTIAL_CONTENT, fields, source, range.first(), range.length());
    }
    if (!source.complete()) {
      return whole(HttpResponseStatus.OK, fields, source, length);
    }
    String boundary = Long.toHexString(ThreadLocalRandom.current().nextLong() | Long.MIN_VALUE);
    var body =
        new Multipart(
            source,
            length,
            ranges,
            stored.fields().get(HttpHeaderNames.CONTENT_TYPE, ""),
            boundary);
    fields.set(HttpHeaderNames.CONTENT_TYPE, "multipart/byteranges; boundary=" + boundary);
    return slice(HttpResponseStatus.PARTIAL_CONTENT, fields, body, 0, body.available());
  }

  /** In the order of the request, unless some overlap: then sorted and joined. */
  private static List<ByteRange> satisfiable(List<ByteRange> wanted, long length) {
    List<ByteRange> ranges = new ArrayList<>();
    long sum = 0;
    for (ByteRange each : wanted) {
      ByteRange range = each.within(length);
      if (range != null) {
        ranges.add(range);
        sum += range.length();
      }
    }
    return sum <= length && disjoint(ranges) ? ranges : joined(ranges);
  }

  private static boolean disjoint(List<ByteRange> ranges) {
    return joined(ranges).size() == ranges.size();
  }

  static List<ByteRange> joined(List<ByteRange> ranges) {
    List<ByteRange> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingLong(ByteRange::first));
    List<ByteRange> joined = new ArrayList<>();
    for (ByteRange each : sorted) {
      ByteRange last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && each.first() <= last.last() + 1) {
        joined.removeLast();
        joined.add(new ByteRange(last.first(), Math.max(last.last(), each.last())));
      } else {
        joined.add(each);
      }
    }
    return joined;
  }

  /** One range, if it is within a part that is there. */
  private static @Nullable Answer ofParts(
      Head stored, BodySource source, List<ByteRange> wanted, HttpHeaders fields) {
    ByteRange range = wanted.size() == 1 ? wanted.getFirst().within(stored.completeLength()) : null;
    if (range == null) {
      return null;
    }
    long offset = 0;
    for (ByteRange part : stored.parts()) {
      if (part.contains(range)) {
        fields.remove(Fields.CONTENT_DIGEST);
        fields.set(
            HttpHeaderNames.CONTENT_RANGE, new ContentRange(range, stored.completeLength()).text());
        return slice(
            HttpResponseStatus.PARTIAL_CONTENT,
            fields,
            source,
            offset + range.first() - part.first(),
            range.length());
      }
      offset += part.length();
    }
    return null;
  }
}
