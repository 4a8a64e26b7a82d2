package dev.brink.cache;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.brink.cache.field.ByteRange;
import dev.brink.cache.field.ContentRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Several ranges of a body as one of type {@code multipart/byteranges} (RFC 9110 section 14.6). */
final class Multipart implements BodySource {
  private final BodySource whole;
  private final List<Segment> segments = new ArrayList<>();
  private long length;

  /**
   * A stretch of the body.
   *
   * @param start where it begins
   * @param text what it consists of; {@code null}: bytes of the whole from {@code from} on
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity
  private record Segment(long start, long size, byte @Nullable [] text, long from) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      return start + "+" + size;
    }
  }

  /**
   * @param whole complete
   * @param type of the whole; empty: none is told
   */
  Multipart(
      BodySource whole, long wholeLength, List<ByteRange> ranges, String type, String boundary) {
    this.whole = whole;
    for (ByteRange range : ranges) {
      String line = type.isEmpty() ? "" : "content-type: " + type + "\r\n";
      text(
          "\r\n--"
              + boundary
              + "\r\n"
              + line
              + "content-range: "
              + new ContentRange(range, wholeLength).text()
              + "\r\n\r\n");
      add(new Segment(length, range.length(), null, range.first()));
    }
    text("\r\n--" + boundary + "--\r\n");
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    add(new Segment(length, bytes.length, bytes, 0));
  }

  private void add(Segment segment) {
    segments.add(segment);
    length += segment.size();
  }

  @Override
  public long available() {
    return length;
  }

  @Override
  public boolean complete() {
    return true;
  }

  @Override
  public @Nullable Throwable failure() {
    return null;
  }

  @Override
  public @Nullable ByteBuf read(long offset, int maxBytes) {
    Segment segment = at(offset);
    long within = offset - segment.start();
    int size = (int) Math.min(maxBytes, segment.size() - within);
    return segment.text() != null
        ? Unpooled.wrappedBuffer(segment.text(), (int) within, size)
        : whole.read(segment.from() + within, size);
  }

  @Override
  public CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    Segment segment = at(offset);
    long within = offset - segment.start();
    return whole.load(segment.from() + within, (int) Math.min(maxBytes, segment.size() - within));
  }

  private Segment at(long offset) {
    for (Segment segment : segments) {
      if (offset < segment.start() + segment.size()) {
        return segment;
      }
    }
    throw new IndexOutOfBoundsException("offset: " + offset + " (expected: < " + length + ")");
  }

  @Override
  public void attach(BodyReader reader) {
    whole.attach(reader);
  }

  @Override
  public void advanced(BodyReader reader, long offset) {
    // The whole is complete.
  }

  @Override
  public void detach(BodyReader reader) {
    whole.detach(reader);
  }
}
