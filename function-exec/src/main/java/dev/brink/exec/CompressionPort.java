package dev.brink.exec;

import dev.brink.exec.zip.ByteCodec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
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
  /** Each holds some hundred KiB outside of the heap. */
  private static final int MAX_OPEN = 64;

  private final Instance instance;
  private final Map<Integer, Open> open = new HashMap<>();
  private int last;
  private String problem = "";

  private record Open(ByteCodec codec, @Nullable Run run) {}

  CompressionPort(Instance instance) {
    this.instance = instance;
  }

  /** Opens a codec; 0 for an unknown format, -1 when too many are open. */
  @HostAccess.Export
  public int open(String format, boolean compress) {
    if (open.size() >= MAX_OPEN) {
      closeForgotten();
    }
    if (open.size() >= MAX_OPEN) {
      return -1;
    }
    ByteCodec codec = ByteCodec.of(format, compress);
    if (codec == null) {
      return 0;
    }
    open.put(++last, new Open(codec, instance.current()));
    return last;
  }

  private void closeForgotten() {
    open.values()
        .removeIf(
            one -> {
              boolean forgotten = one.run != null && one.run.ended();
              if (forgotten) {
                one.codec.close();
              }
              return forgotten;
            });
  }

  /** Gives it part of a buffer; {@code false} when that is wrong: see {@link #problem}. */
  @HostAccess.Export
  public boolean feed(int number, Value buffer, int offset, int length) {
    Open one = open.get(number);
    if (one == null) {
      return failed("the stream is closed");
    }
    try {
      one.codec.feed(GuestBytes.copy(buffer, offset, length));
      return true;
    } catch (DataFormatException e) {
      return failed(e.getMessage());
    }
  }

  /** There is no more to give. */
  @HostAccess.Export
  public boolean finish(int number) {
    Open one = open.get(number);
    if (one == null) {
      return failed("the stream is closed");
    }
    try {
      one.codec.finish();
      return true;
    } catch (DataFormatException e) {
      return failed(e.getMessage());
    }
  }

  /** The next output; {@code null} for none, because of a {@link #problem} or not. */
  @HostAccess.Export
  public @Nullable ByteBuffer next(int number) {
    Open one = open.get(number);
    problem = "";
    if (one == null) {
      return null;
    }
    try {
      byte[] bytes = one.codec.next();
      return bytes == null ? null : ByteBuffer.wrap(bytes);
    } catch (DataFormatException e) {
      failed(e.getMessage());
      return null;
    }
  }

  /** What was wrong with the last call; empty for nothing. */
  @HostAccess.Export
  public String problem() {
    return problem;
  }

  @HostAccess.Export
  public void close(int number) {
    Open one = open.remove(number);
    if (one != null) {
      one.codec.close();
    }
  }

  private boolean failed(@Nullable String message) {
    problem = message == null ? "the data is malformed" : message;
    return false;
  }
}
