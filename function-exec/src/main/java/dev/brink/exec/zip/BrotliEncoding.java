package dev.brink.exec.zip;

import com.aayushatharva.brotli4j.encoder.Encoder;
import com.aayushatharva.brotli4j.encoder.EncoderJNI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Compresses: RFC 7932. Closed by whatever thread, also while another one uses it. */
final class BrotliEncoding implements ByteCodec {
  /** About the time of gzip, and fewer bytes; 11 takes fifty times as long. */
  private static final int QUALITY = 5;

  /** A window of 512 KiB: the memory of an encoder grows with it. */
  private static final int WINDOW_BITS = 19;

  private static final int INPUT_BYTES = 64 << 10;

  // Guarded by this.
  private final EncoderJNI.Wrapper encoder;
  private ByteBuffer input = ByteBuffer.allocate(0);
  private ByteBuffer output = ByteBuffer.allocate(0);
  private boolean finishing;
  private boolean closed;

  BrotliEncoding() {
    try {
      encoder = new EncoderJNI.Wrapper(INPUT_BYTES, QUALITY, WINDOW_BITS, Encoder.Mode.GENERIC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public synchronized void feed(byte[] given) {
    input = ByteBuffer.wrap(given);
  }

  @Override
  public synchronized void finish() {
    finishing = true;
  }

  @Override
  public synchronized byte @Nullable [] next() {
    while (!closed) {
      if (output.hasRemaining()) {
        return Pieces.of(output);
      }
      if (encoder.hasMoreOutput()) {
        output = encoder.pull();
      } else if (encoder.hasRemainingInput()) {
        encoder.push(EncoderJNI.Operation.PROCESS, 0);
      } else if (input.hasRemaining()) {
        encoder.push(EncoderJNI.Operation.PROCESS, Pieces.move(input, encoder.getInputBuffer()));
      } else if (finishing && !encoder.isFinished()) {
        encoder.push(EncoderJNI.Operation.FINISH, 0);
      } else {
        return null;
      }
      if (!encoder.isSuccess()) {
        throw new IllegalStateException("brotli: the encoder failed");
      }
    }
    return null;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      output = ByteBuffer.allocate(0);
      encoder.destroy();
      Brotli.release();
    }
  }
}
