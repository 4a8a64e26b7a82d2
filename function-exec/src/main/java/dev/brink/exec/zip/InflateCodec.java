package dev.brink.exec.zip;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Decompresses RFC 1950 and RFC 1951; strict about where the data ends. */
final class InflateCodec implements ByteCodec {
  private final Inflater inflater;
  private final byte[] out = new byte[PIECE_BYTES];
  private boolean finishing;

  InflateCodec(Inflater inflater) {
    this.inflater = inflater;
  }

  @Override
  public void feed(byte[] input) throws DataFormatException {
    if (inflater.finished() && input.length > 0) {
      throw trailing();
    }
    inflater.setInput(input);
  }

  /** As {@link #feed(byte[])}, of what begins there, for {@link #nextBeforeRest}. */
  void feed(byte[] input, int from) {
    inflater.setInput(input, from, input.length - from);
  }

  @Override
  public void finish() {
    finishing = true;
  }

  @Override
  public byte @Nullable [] next() throws DataFormatException {
    int length = inflater.inflate(out);
    if (length > 0) {
      return Arrays.copyOf(out, length);
    }
    if (inflater.needsDictionary()) {
      throw new DataFormatException("the data needs a dictionary");
    }
    if (inflater.finished() && inflater.getRemaining() > 0) {
      throw trailing();
    }
    if (finishing && !inflater.finished()) {
      throw new DataFormatException("the data ends too early");
    }
    return null;
  }

  /** As {@link #next}, but what follows the end is left for {@link #rest}. */
  byte @Nullable [] nextBeforeRest() throws DataFormatException {
    int length = inflater.inflate(out);
    return length > 0 ? Arrays.copyOf(out, length) : null;
  }

  /** Begins anew. */
  void reset() {
    inflater.reset();
  }

  boolean finished() {
    return inflater.finished();
  }

  int rest() {
    return inflater.getRemaining();
  }

  long produced() {
    return inflater.getBytesWritten();
  }

  private static DataFormatException trailing() {
    return new DataFormatException("there is something after the end of the data");
  }

  @Override
  public void close() {
    inflater.end();
  }
}
