package dev.brink.exec.zip;

import com.aayushatharva.brotli4j.decoder.DecoderJNI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** Decompresses RFC 7932; strict about where the data ends. */
final class BrotliDecoding extends BrotliCodec {
  private static final int INPUT_BYTES = 16 << 10;

  private final DecoderJNI.Wrapper decoder;

  BrotliDecoding() {
    try {
      decoder = new DecoderJNI.Wrapper(INPUT_BYTES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  @Nullable ByteBuffer pull() {
    return decoder.hasOutput() ? decoder.pull() : null;
  }

  @Override
  boolean advance() throws DataFormatException {
    return switch (decoder.getStatus()) {
      case NEEDS_MORE_INPUT -> {
        if (hasInput()) {
          decoder.push(moveInput(decoder.getInputBuffer()));
          yield true;
        }
        if (isFinishing()) {
          throw new DataFormatException("the data ends too early");
        }
        yield false;
      }
      case OK, NEEDS_MORE_OUTPUT -> {
        decoder.push(0);
        yield true;
      }
      case DONE -> {
        if (hasInput()) {
          throw new DataFormatException("there is something after the end of the data");
        }
        yield false;
      }
      case ERROR ->
          throw new DataFormatException("the data is not brotli, or goes on after its end");
    };
  }

  @Override
  void destroy() {
    decoder.destroy();
  }
}
