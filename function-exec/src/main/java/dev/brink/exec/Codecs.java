package dev.brink.exec;

import dev.brink.exec.zip.ByteCodec;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The codecs that an instance's guests have numbers for: each as long as the invocation in which it
 * was opened, at most. Thread-safe, since a guest that could not be stopped may be at one.
 */
final class Codecs {
  /** Each holds some hundred KiB outside of the heap. */
  private static final int MAX_OPEN = 64;

  /** And these megabytes: see {@link CodecBudget}. */
  private static final int MAX_OPEN_BROTLI = 4;

  private static final CodecBudget BROTLI = new CodecBudget();

  private final String owner;
  private final Map<Integer, Open> open = new HashMap<>();
  private int last;
  private boolean cleared;

  private record Open(ByteCodec codec, boolean brotli, @Nullable Run run) {}

  Codecs(String owner) {
    this.owner = owner;
  }

  /** Opens one; -1 when there are too many. */
  int open(String format, boolean compress, @Nullable Run run) {
    return open(format.equals("brotli"), () -> ByteCodec.of(format, compress), run);
  }

  /** Opens a decoder for a content coding of HTTP; -1 when there are too many. */
  int openDecoding(String coding, Run run) {
    return open(coding.equals("br"), () -> ByteCodec.decoding(coding), run);
  }

  private synchronized int open(boolean brotli, Supplier<ByteCodec> made, @Nullable Run run) {
    if (cleared || open.size() >= MAX_OPEN || (brotli && !takeBrotli(run))) {
      return -1;
    }
    ByteCodec codec;
    try {
      codec = made.get();
    } catch (RuntimeException | Error e) {
      if (brotli) {
        BROTLI.release(owner);
      }
      throw e;
    }
    open.put(++last, new Open(codec, brotli, run));
    return last;
  }

  /** None outside of invocations: it would be held as long as the instance is there. */
  private boolean takeBrotli(@Nullable Run run) {
    return run != null && brotlis() < MAX_OPEN_BROTLI && BROTLI.take(owner);
  }

  private long brotlis() {
    return open.values().stream().filter(Open::brotli).count();
  }

  /** The one with this number; {@code null} when it is closed. */
  synchronized @Nullable ByteCodec get(int number) {
    Open one = open.get(number);
    return one == null ? null : one.codec;
  }

  synchronized void close(int number) {
    Open one = open.remove(number);
    if (one != null) {
      boolean _ = closed(one);
    }
  }

  /** Closes those that were opened for an invocation that has ended. */
  synchronized void ended(Run run) {
    if (!open.isEmpty()) {
      open.values().removeIf(one -> one.run == run && closed(one));
    }
  }

  /** Closes all, for good. */
  synchronized void clear() {
    cleared = true;
    open.values().removeIf(this::closed);
  }

  private boolean closed(Open one) {
    one.codec.close();
    if (one.brotli) {
      BROTLI.release(owner);
    }
    return true;
  }
}
