package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.stream.BodyReader;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code core.js} calls to read and write bodies. A read returns a buffer, {@code null} at the
 * end, {@link #LATER} when the operation will be settled, or {@link #FAILED}. Public only because
 * the engine reaches it by reflection.
 */
public final class BodiesPort {
  private static final Integer LATER = -1;
  private static final Integer FAILED = -2;
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private final Instance instance;
  private String error = "";

  BodiesPort(Instance instance) {
    this.instance = instance;
  }

  /** Why the last call returned {@link #FAILED}. */
  @HostAccess.Export
  public String error() {
    return error;
  }

  @HostAccess.Export
  public @Nullable Object read(int body, int op) {
    Bodies.Reading reading = instance.bodies().reading(body);
    if (reading == null) {
      return failed("the body is no longer available");
    }
    Object now = next(reading, body);
    if (LATER.equals(now)) {
      return later(reading, body, op, () -> read(reading, body, op));
    }
    letGoAtEnd(body, now);
    return now;
  }

  private void read(Bodies.Reading reading, int body, int op) {
    if (!instance.ops().isPending(op)) {
      return;
    }
    Object now = next(reading, body);
    if (LATER.equals(now)) {
      await(reading, body, () -> read(reading, body, op));
    } else {
      letGoAtEnd(body, now);
      settle(op, now);
    }
  }

  /** There is nothing more to read of it. */
  private void letGoAtEnd(int body, @Nullable Object now) {
    if (now == null || FAILED.equals(now)) {
      instance.bodies().cancel(body);
    }
  }

  private @Nullable Object next(Bodies.Reading reading, int body) {
    BodyDecoding decoding = instance.bodies().decoding(body);
    return decoding == null ? next(reading) : decoded(reading, decoding);
  }

  /** What comes next of a body that is decoded; the time that takes is the invocation's. */
  private @Nullable Object decoded(Bodies.Reading reading, BodyDecoding decoding) {
    long start = System.nanoTime();
    Object now;
    try {
      now = decoding.begin() ? decode(reading, decoding) : LATER;
    } catch (DataFormatException e) {
      now = failed("the body cannot be decoded as its content-encoding says: " + e.getMessage());
    }
    boolean charged = instance.current() != null;
    return charged || reading.run().chargeElsewhere(System.nanoTime() - start)
        ? now
        : failed("the invocation has ended");
  }

  private @Nullable Object decode(Bodies.Reading reading, BodyDecoding decoding)
      throws DataFormatException {
    while (true) {
      byte[] piece = decoding.next();
      if (piece != null) {
        return ByteBuffer.wrap(piece);
      }
      if (decoding.tired()) {
        return LATER;
      }
      Object encoded = next(reading);
      if (encoded instanceof ByteBuffer part) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        decoding.feed(bytes);
      } else if (encoded != null) {
        return encoded;
      } else if (!decoding.finish()) {
        return null;
      }
    }
  }

  /** Goes on when there is more of a body, or the lane and the decoders have time for it. */
  private void await(Bodies.Reading reading, int body, Runnable then) {
    BodyDecoding decoding = instance.bodies().decoding(body);
    if (decoding != null && !decoding.begun()) {
      var _ = instance.schedule(System.nanoTime() + BodyDecoding.RETRY_NANOS, then);
    } else if (decoding != null && decoding.tired()) {
      decoding.goOn();
      instance.post(then);
    } else {
      reading.reader().await(then);
    }
  }

  private @Nullable Object next(Bodies.Reading reading) {
    BodyReader reader = reading.reader();
    ByteBuf buffer = reader.poll();
    if (buffer != null) {
      return GuestBytes.toGuest(buffer);
    }
    if (!reader.finished()) {
      return LATER;
    }
    // Something may have arrived between the two looks.
    buffer = reader.poll();
    return buffer != null ? GuestBytes.toGuest(buffer) : end(reading);
  }

  private @Nullable Object end(Bodies.Reading reading) {
    String wrong = reading.reader().error();
    if (wrong == null) {
      return null;
    }
    if (reading.reader().overLimit()) {
      reading.run().bodies().markOverLimit();
    }
    return failed(wrong);
  }

  /** The whole rest of a body, as a string or a buffer. */
  @HostAccess.Export
  public @Nullable Object all(int body, int op, boolean text) {
    Bodies.Reading reading = instance.bodies().reading(body);
    if (reading == null) {
      return failed("the body is no longer available");
    }
    var collected = new Collected();
    Object now = collect(reading, body, collected, text);
    if (LATER.equals(now)) {
      now = later(reading, body, op, () -> all(reading, body, op, collected, text));
    }
    if (!LATER.equals(now)) {
      gathered(reading, body, collected);
    }
    return now;
  }

  private void all(Bodies.Reading reading, int body, int op, Collected collected, boolean text) {
    if (!instance.ops().isPending(op)) {
      gathered(reading, body, collected);
      return;
    }
    Object now = collect(reading, body, collected, text);
    if (LATER.equals(now)) {
      await(reading, body, () -> all(reading, body, op, collected, text));
    } else {
      gathered(reading, body, collected);
      settle(op, now);
    }
  }

  private void gathered(Bodies.Reading reading, int body, Collected collected) {
    reading.run().bodies().gathered(collected.bytes);
    instance.bodies().cancel(body);
  }

  private @Nullable Object collect(
      Bodies.Reading reading, int body, Collected collected, boolean text) {
    long room = reading.run().limits().memoryBytes() / (text ? 4 : 2);
    if (!reading.reader().started()
        && reading.length() > room
        && room <= reading.run().limits().requestBodyBytes()
        && instance.bodies().decoding(body) == null) {
      // Nobody shall send it in vain: a client that waits to be told to go on is not.
      return tooLarge(reading, room);
    }
    while (true) {
      Object now = next(reading, body);
      if (now == null) {
        return text ? text(collected.whole()) : collected.whole();
      }
      if (!(now instanceof ByteBuffer part)) {
        return now;
      }
      if (collected.bytes + part.remaining() > room) {
        return tooLarge(reading, room);
      }
      if (!reading.run().bodies().gather(part.remaining())) {
        reading.run().function().outside().limitCounts().met(Limit.WHOLE_BODIES);
        return failed(
            "the bodies being read are larger than "
                + reading.run().limits().memoryBytes()
                + " bytes together: read them as streams");
      }
      collected.add(part);
    }
  }

  private Object tooLarge(Bodies.Reading reading, long room) {
    reading.run().function().outside().limitCounts().met(Limit.WHOLE_BODIES);
    return failed("the body is larger than " + room + " bytes: read it as a stream");
  }

  /** What has come of a body: mostly one part, which is not copied; many may be a byte each. */
  private static final class Collected {
    private @Nullable ByteBuffer only;
    private @Nullable ByteArrayOutputStream more;
    private long bytes;

    void add(ByteBuffer part) {
      bytes += part.remaining();
      if (bytes == part.remaining()) {
        only = part;
        return;
      }
      ByteArrayOutputStream all = more;
      if (all == null) {
        all = new ByteArrayOutputStream();
        more = all;
        write(only, all);
        only = null;
      }
      write(part, all);
    }

    private static void write(@Nullable ByteBuffer part, ByteArrayOutputStream to) {
      if (part != null) {
        to.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
      }
    }

    ByteBuffer whole() {
      ByteBuffer whole = only;
      if (whole != null) {
        return whole;
      }
      return ByteBuffer.wrap(more == null ? new byte[0] : more.toByteArray());
    }
  }

  private static String text(ByteBuffer bytes) {
    var text =
        new String(
            bytes.array(),
            bytes.arrayOffset() + bytes.position(),
            bytes.remaining(),
            StandardCharsets.UTF_8);
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  private Integer later(Bodies.Reading reading, int body, int op, Runnable then) {
    Run run = instance.current();
    if (run == null || !instance.ops().begin(op, run, null)) {
      return failed("a body cannot be read here");
    }
    await(reading, body, then);
    return LATER;
  }

  private void settle(int op, @Nullable Object outcome) {
    if (FAILED.equals(outcome)) {
      instance.ops().settle(op, Guest.TYPE_ERROR, error);
    } else {
      instance.ops().settle(op, Guest.RESOLVED, outcome);
    }
  }

  /**
   * Lets {@link #fail} reach an untouched body wherever it is passed on to.
   *
   * @param op an operation that is dropped when the invocation ends, and until then takes no place
   *     among those that are waited for
   * @return {@code false} when it has ended, or the body has
   */
  @HostAccess.Export
  public boolean heed(int body, int op) {
    Bodies.Reading reading = instance.bodies().reading(body);
    if (reading == null || reading.run().ended()) {
      return false;
    }
    instance.ops().attach(op, reading.run());
    reading.run().bodies().heeds();
    instance.bodies().heed(body, reading);
    return true;
  }

  /** What comes of it is wanted by nobody: who waits for it, or was given it, is told. */
  @HostAccess.Export
  public void fail(int body) {
    instance.bodies().fail(body);
  }

  /**
   * Has a body decoded that came with these content codings, unless it is passed on as it is.
   *
   * @return {@code false} when that is not possible
   */
  @HostAccess.Export
  public boolean decode(int body, String codings) {
    return instance.bodies().decode(body, codings);
  }

  @HostAccess.Export
  public void cancel(int body) {
    instance.bodies().cancel(body);
  }

  @HostAccess.Export
  public void write(int writer, Value buffer, int offset, int length) {
    Bodies.Writing writing = instance.bodies().writing(writer);
    if (writing == null) {
      return;
    }
    Run run = writing.run();
    long limit = run.limits().responseBodyBytes();
    if (run.bodies().isResponse(writing.writer())
        && writing.writer().writtenBytes() + length > limit) {
      var why =
          new FunctionException(
              Code.RESPONSE_LIMIT, "the response's body is larger than " + limit + " bytes", null);
      instance.bodies().endWriting(writer, why);
      return;
    }
    writing.writer().write(GuestBytes.buffer(buffer, offset, length));
  }

  @HostAccess.Export
  public void end(int writer) {
    instance.bodies().endWriting(writer, null);
  }

  @HostAccess.Export
  public void failWriting(int writer, String message) {
    FunctionException failure = new FunctionException(Code.UNCAUGHT, message, null);
    instance.bodies().endWriting(writer, instance.function().shown(failure));
  }

  private Integer failed(String why) {
    error = why;
    return FAILED;
  }
}
