package dev.brink.exec;

import dev.brink.exec.zip.ByteCodec;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code compression.js} calls: codecs by number, fed with little at a time so that the guest
 * can be stopped in between. Within a turn only; throws nothing. Public only because the engine
 * reaches it by reflection.
 */
public final class CompressionPort {
  private final Instance instance;
  private String problem = "";

  CompressionPort(Instance instance) {
    this.instance = instance;
  }

  /** Whether there is such a format on this system. */
  @HostAccess.Export
  public boolean has(String format) {
    return ByteCodec.has(format);
  }

  /** Opens a codec, of a format that there is; -1 when too many are open. */
  @HostAccess.Export
  public int open(String format, boolean compress) {
    return instance.codecs().open(format, compress, instance.current());
  }

  /** Gives it part of a buffer; {@code false} when that is wrong: see {@link #problem}. */
  @HostAccess.Export
  public boolean feed(int number, Value buffer, int offset, int length) {
    ByteCodec one = instance.codecs().get(number);
    if (one == null) {
      return failed("the stream is closed");
    }
    try {
      one.feed(GuestBytes.copy(buffer, offset, length));
      return true;
    } catch (DataFormatException e) {
      return failed(e.getMessage());
    }
  }

  /** There is no more to give. */
  @HostAccess.Export
  public boolean finish(int number) {
    ByteCodec one = instance.codecs().get(number);
    if (one == null) {
      return failed("the stream is closed");
    }
    try {
      one.finish();
      return true;
    } catch (DataFormatException e) {
      return failed(e.getMessage());
    }
  }

  /** The next output; {@code null} for none, because of a {@link #problem} or not. */
  @HostAccess.Export
  public @Nullable ByteBuffer next(int number) {
    ByteCodec one = instance.codecs().get(number);
    problem = "";
    if (one == null) {
      return null;
    }
    try {
      byte[] bytes = one.next();
      return bytes == null ? null : ByteBuffer.wrap(bytes);
    } catch (DataFormatException e) {
      failed(e.getMessage());
      return null;
    }
  }

  /** Whether a codec is known to have no more output, so that nobody has to ask. */
  @HostAccess.Export
  public boolean over(int number) {
    ByteCodec one = instance.codecs().get(number);
    return one == null || one.over();
  }

  /** What was wrong with the last call; empty for nothing. */
  @HostAccess.Export
  public String problem() {
    return problem;
  }

  @HostAccess.Export
  public void close(int number) {
    instance.codecs().close(number);
  }

  private boolean failed(@Nullable String message) {
    problem = message == null ? "the data is malformed" : message;
    return false;
  }
}
