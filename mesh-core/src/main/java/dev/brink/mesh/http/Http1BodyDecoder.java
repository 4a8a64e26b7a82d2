package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bodies of HTTP/1 requests out of what a connection receives: by length, or strictly
 * chunked with trailers dropped. Used by one connection, for one body after the other.
 */
final class Http1BodyDecoder {
  /** Data below this is copied, so that it doesn't keep a whole receive buffer from being freed. */
  private static final int COPY_BELOW_BYTES = 1024;

  private static final int GATHER_BYTES = 4096;
  private static final int MAX_SIZE_DIGITS = 15;
  private static final int MAX_EXTENSION_BYTES = 256;

  private enum State {
    LENGTH,
    SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_START,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    END_LF,
    DONE
  }

  private final HttpLimits limits;
  private final ByteBufAllocator allocator;
  private State state = State.DONE;
  private long remaining;
  private int lineBytes;
  private int trailers;
  private @Nullable Problem problem;

  Http1BodyDecoder(HttpLimits limits, ByteBufAllocator allocator) {
    this.limits = limits;
    this.allocator = allocator;
  }

  /**
   * Begins a body.
   *
   * @param length in bytes, -1 for chunked
   */
  void begin(long length) {
    problem = null;
    remaining = Math.max(0, length);
    lineBytes = 0;
    trailers = 0;
    state = length < 0 ? State.SIZE : length == 0 ? State.DONE : State.LENGTH;
  }

  boolean done() {
    return state == State.DONE;
  }

  /** Bytes still to come, at least. */
  long remaining() {
    return remaining;
  }

  /** What is wrong with the body, {@code null} for nothing so far. */
  @Nullable Problem problem() {
    return problem;
  }

  /** The next data, or {@code null} when there is none yet, no more, or a problem. */
  @Nullable ByteBuf next(ByteBuf in) {
    ByteBuf gathered = null;
    while (in.isReadable() && problem == null && state != State.DONE) {
      if (state == State.LENGTH || state == State.DATA) {
        int n = (int) Math.min(remaining, in.readableBytes());
        if (gathered == null ? n >= COPY_BELOW_BYTES : n > gathered.maxWritableBytes()) {
          return gathered != null ? gathered : taken(in.readRetainedSlice(n), n);
        }
        if (gathered == null) {
          // Grows as needed: whoever sends a byte at a time gets no more held than that.
          gathered = allocator.buffer(n, state == State.DATA ? GATHER_BYTES : n);
        }
        taken(gathered.writeBytes(in, n), n);
      } else {
        framing(in.readByte());
      }
    }
    return gathered;
  }

  private ByteBuf taken(ByteBuf data, int n) {
    remaining -= n;
    if (remaining == 0) {
      state = state == State.LENGTH ? State.DONE : State.DATA_CR;
    }
    return data;
  }

  private void framing(byte b) {
    state =
        switch (state) {
          case SIZE -> size(b);
          case EXTENSION -> extension(b);
          case SIZE_LF -> sizeLf(b);
          case DATA_CR -> cr(b, State.DATA_LF);
          case DATA_LF -> lf(b, State.SIZE);
          case TRAILER_START -> trailerStart(b);
          case TRAILER_NAME -> trailerName(b);
          case TRAILER_VALUE -> trailerValue(b);
          case TRAILER_LF -> lf(b, State.TRAILER_START);
          case END_LF -> lf(b, State.DONE);
          case LENGTH, DATA, DONE -> throw new IllegalStateException("state: " + state);
        };
  }

  private State size(byte b) {
    int digit = Character.digit(b, 16);
    if (digit >= 0 && b > 0) {
      if (++lineBytes > MAX_SIZE_DIGITS) {
        return bad(Refusal.CHUNK);
      }
      remaining = remaining << 4 | digit;
      return State.SIZE;
    }
    if (lineBytes == 0) {
      return bad(Refusal.CHUNK);
    }
    return b == ';' ? State.EXTENSION : cr(b, State.SIZE_LF);
  }

  private State extension(byte b) {
    if (Syntax.isValue(b)) {
      return ++lineBytes > MAX_EXTENSION_BYTES ? bad(Refusal.CHUNK) : State.EXTENSION;
    }
    return cr(b, State.SIZE_LF);
  }

  private State sizeLf(byte b) {
    lineBytes = 0;
    return lf(b, remaining > 0 ? State.DATA : State.TRAILER_START);
  }

  private State trailerStart(byte b) {
    if (b == '\r') {
      return State.END_LF;
    }
    if (++trailers > limits.maxHeaders()) {
      return bad(Refusal.HEADERS_TOO_LARGE);
    }
    return Syntax.isToken(b) ? counted(State.TRAILER_NAME) : bad(Refusal.CHUNK);
  }

  private State trailerName(byte b) {
    if (b == ':') {
      return counted(State.TRAILER_VALUE);
    }
    return Syntax.isToken(b) ? counted(State.TRAILER_NAME) : bad(Refusal.CHUNK);
  }

  private State trailerValue(byte b) {
    return Syntax.isValue(b) ? counted(State.TRAILER_VALUE) : cr(b, State.TRAILER_LF);
  }

  private State counted(State next) {
    return ++lineBytes > limits.maxHeaderBytes() ? bad(Refusal.HEADERS_TOO_LARGE) : next;
  }

  private State cr(byte b, State next) {
    return b == '\r' ? next : bad(Refusal.CHUNK);
  }

  private State lf(byte b, State next) {
    return b == '\n' ? next : bad(Refusal.CHUNK);
  }

  private State bad(Problem why) {
    problem = why;
    return State.DONE;
  }
}
