package dev.brink.exec.zip;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * What both directions of Brotli (RFC 7932) have in common. Closed by whatever thread, also while
 * another one uses it: what is native goes with it.
 */
abstract class BrotliCodec implements ByteCodec {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  // Guarded by this.
  private ByteBuffer input = NOTHING;
  private ByteBuffer output = NOTHING;
  private boolean finishing;
  private boolean closed;

  @Override
  public final synchronized void feed(byte[] given) {
    input = ByteBuffer.wrap(given);
  }

  @Override
  public final synchronized void finish() {
    finishing = true;
  }

  @Override
  public final synchronized byte @Nullable [] next() throws DataFormatException {
    while (!closed && !output.hasRemaining()) {
      ByteBuffer more = pull();
      if (more != null) {
        output = more;
      } else if (!advance()) {
        return null;
      }
    }
    if (closed) {
      return null;
    }
    byte[] piece = new byte[Math.min(output.remaining(), PIECE_BYTES)];
    output.get(piece);
    return piece;
  }

  @Override
  public final synchronized void close() {
    if (!closed) {
      closed = true;
      output = NOTHING;
      destroy();
    }
  }

  /** Native output, which lasts until the next step; {@code null} for none yet. */
  abstract @Nullable ByteBuffer pull();

  /** One step towards more output; false when that takes more input, or there will be none. */
  abstract boolean advance() throws DataFormatException;

  abstract void destroy();

  final boolean hasInput() {
    return input.hasRemaining();
  }

  final boolean isFinishing() {
    return finishing;
  }

  /** Fills a native buffer from its start; returns by how many bytes. */
  final int moveInput(ByteBuffer to) {
    to.clear();
    int length = Math.min(input.remaining(), to.remaining());
    to.put(input.slice(input.position(), length));
    input.position(input.position() + length);
    return length;
  }
}
