package dev.brink.exec.zip;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/** Decompresses RFC 1952: one member, whose header and trailer are checked. */
final class GunzipCodec implements ByteCodec {
  private static final int TRAILER_BYTES = 8;

  private final InflateCodec body;
  private final GzipHeader header = new GzipHeader();
  private final CRC32 crc = new CRC32();
  private final byte[] trailer = new byte[TRAILER_BYTES];
  private int trailerBytes;
  private byte[] input = new byte[0];

  GunzipCodec(InflateCodec body) {
    this.body = body;
  }

  @Override
  public void feed(byte[] given) throws DataFormatException {
    input = given;
    if (header.complete()) {
      feedBody(given);
      return;
    }
    int used = header.read(given);
    if (header.complete()) {
      feedBody(Arrays.copyOfRange(given, used, given.length));
    }
  }

  private void feedBody(byte[] given) throws DataFormatException {
    input = given;
    if (body.finished()) {
      readTrailer(given.length);
    } else {
      body.feed(given);
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
    if (!header.complete() || body.finished()) {
      return null;
    }
    byte[] out = body.nextBeforeRest();
    if (out != null) {
      crc.update(out);
    }
    if (body.finished()) {
      readTrailer(body.rest());
    }
    return out;
  }

  /** Reads the last {@code length} bytes of the input. */
  private void readTrailer(int length) throws DataFormatException {
    for (int i = input.length - length; i < input.length; i++) {
      if (trailerBytes == TRAILER_BYTES) {
        throw new DataFormatException("there is something after the end of the data");
      }
      trailer[trailerBytes++] = input[i];
    }
    if (trailerBytes == TRAILER_BYTES
        && (number(0) != crc.getValue() || number(4) != (body.produced() & 0xffff_ffffL))) {
      throw new DataFormatException("the data is not what was compressed");
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
