package dev.brink.exec.zip;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** Decompresses RFC 1952: one member, or several, whose headers and trailers are checked. */
final class GunzipCodec implements ByteCodec {
  private static final int TRAILER_BYTES = 8;

  private final InflateCodec body;
  private final boolean several;
  private GzipHeader header = new GzipHeader();
  private final CRC32 crc = new CRC32();
  private final byte[] trailer = new byte[TRAILER_BYTES];
  private int trailerBytes;
  private byte[] input = new byte[0];

  /** Where what is left of the input begins, as far as the codec of the body does not have it. */
  private int at;

  /**
   * @param several whether another member may follow one
   */
  GunzipCodec(InflateCodec body, boolean several) {
    this.body = body;
    this.several = several;
  }

  @Override
  public void feed(byte[] given) throws DataFormatException {
    input = given;
    at = 0;
    goOn();
  }

  /** Goes on with what is left of the input. */
  private void goOn() throws DataFormatException {
    if (!header.complete()) {
      at += header.read(input, at);
    }
    if (!header.complete()) {
      return;
    }
    if (body.finished()) {
      readTrailer();
    } else {
      body.feed(input, at);
    }
  }

  @Override
  public void finish() throws DataFormatException {
    if (trailerBytes < TRAILER_BYTES) {
      throw new DataFormatException("the data ends too early");
    }
  }

  @Override
  public byte @Nullable [] next() throws DataFormatException {
    while (header.complete() && !body.finished()) {
      byte[] out = body.nextBeforeRest();
      if (out != null) {
        crc.update(out);
      }
      boolean over = body.finished();
      if (over) {
        at = input.length - body.rest();
        readTrailer();
      }
      if (out != null || !over) {
        return out;
      }
    }
    return null;
  }

  private void readTrailer() throws DataFormatException {
    while (at < input.length && trailerBytes < TRAILER_BYTES) {
      trailer[trailerBytes++] = input[at++];
    }
    if (trailerBytes < TRAILER_BYTES) {
      return;
    }
    if (number(0) != crc.getValue() || number(4) != (body.produced() & 0xffff_ffffL)) {
      throw new DataFormatException("the data is not what was compressed");
    }
    if (at < input.length) {
      if (!several) {
        throw new DataFormatException("there is something after the end of the data");
      }
      header = new GzipHeader();
      crc.reset();
      trailerBytes = 0;
      body.reset();
      goOn();
    }
  }

  private long number(int from) {
    long number = 0;
    for (int i = 3; i >= 0; i--) {
      number = (number << 8) | (trailer[from + i] & 0xff);
    }
    return number;
  }

  @Override
  public void close() {
    body.close();
  }
}
