package dev.brink.exec.zip;

import com.aayushatharva.brotli4j.encoder.Encoder;
import com.aayushatharva.brotli4j.encoder.EncoderJNI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** Compresses: RFC 7932. */
final class BrotliEncoding extends BrotliCodec {
  /** About the time of gzip, and fewer bytes. */
  static final int QUICK = 5;

  /** A window of 512 KiB: the memory of an encoder grows with it. */
  private static final int WINDOW_BITS = 19;

  private static final int INPUT_BYTES = 64 << 10;

  private final EncoderJNI.Wrapper encoder;

  BrotliEncoding(int quality) {
    try {
      encoder = new EncoderJNI.Wrapper(INPUT_BYTES, quality, WINDOW_BITS, Encoder.Mode.GENERIC);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  @Nullable ByteBuffer pull() {
    return encoder.hasMoreOutput() ? encoder.pull() : null;
  }

  @Override
  boolean advance() throws DataFormatException {
    if (encoder.hasRemainingInput()) {
      encoder.push(EncoderJNI.Operation.PROCESS, 0);
    } else if (hasInput()) {
      encoder.push(EncoderJNI.Operation.PROCESS, moveInput(encoder.getInputBuffer()));
    } else if (isFinishing() && !encoder.isFinished()) {
      encoder.push(EncoderJNI.Operation.FINISH, 0);
    } else {
      return false;
    }
    if (!encoder.isSuccess()) {
      throw new DataFormatException("the data cannot be compressed");
    }
    return true;
  }

  @Override
  void destroy() {
    encoder.destroy();
  }
}
