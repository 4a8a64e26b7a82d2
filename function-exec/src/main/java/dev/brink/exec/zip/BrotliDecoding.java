package dev.brink.exec.zip;

import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses RFC 7932; strict about where the data ends. Closed by whatever thread, also while
 * another one uses it.
 */
final class BrotliDecoding implements ByteCodec {
  private static final int INPUT_BYTES = 16 << 10;

  // Guarded by this.
  private final DecoderJNI.Wrapper decoder;
  private ByteBuffer input = ByteBuffer.allocate(0);
  private ByteBuffer output = ByteBuffer.allocate(0);
  private boolean finishing;
  private boolean closed;

  BrotliDecoding() {
    try {
      decoder = new DecoderJNI.Wrapper(INPUT_BYTES);
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
  public synchronized byte @Nullable [] next() throws DataFormatException {
    while (!closed) {
      if (output.hasRemaining()) {
        return Pieces.of(output);
      }
      if (decoder.hasOutput()) {
        output = decoder.pull();
        continue;
      }
      switch (decoder.getStatus()) {
        case NEEDS_MORE_INPUT -> {
          if (input.hasRemaining()) {
            decoder.push(Pieces.move(input, decoder.getInputBuffer()));
          } else if (finishing) {
            throw new DataFormatException("the data ends too early");
          } else {
            return null;
          }
        }
        case OK, NEEDS_MORE_OUTPUT -> decoder.push(0);
        case DONE -> {
          if (input.hasRemaining()) {
            throw new DataFormatException("there is something after the end of the data");
          }
          return null;
        }
        case ERROR ->
            throw new DataFormatException("the data is not brotli, or goes on after its end");
      }
    }
    return null;
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      output = ByteBuffer.allocate(0);
      decoder.destroy();
      Brotli.release();
    }
  }
}
