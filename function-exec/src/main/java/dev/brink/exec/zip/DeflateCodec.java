package dev.brink.exec.zip;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses: RFC 1950, RFC 1951 and, with {@code gzip}, RFC 1952. */
final class DeflateCodec implements ByteCodec {
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final Deflater deflater;
  private final @Nullable CRC32 crc;
  private boolean begun;
  private boolean ended;

  DeflateCodec(Deflater deflater, boolean gzip) {
    this.deflater = deflater;
    this.crc = gzip ? new CRC32() : null;
  }

  @Override
  public void feed(byte[] input) {
    deflater.setInput(input);
    if (crc != null) {
      crc.update(input);
    }
  }

  @Override
  public void finish() {
    deflater.finish();
  }

  @Override
  public byte @Nullable [] next() {
    if (crc != null && !begun) {
      begun = true;
      return GZIP_HEADER.clone();
    }
    byte[] out = new byte[PIECE_BYTES];
    int length = ended ? 0 : deflater.deflate(out);
    if (length > 0) {
      return Arrays.copyOf(out, length);
    }
    if (crc != null && deflater.finished() && !ended) {
      ended = true;
      return trailer(crc.getValue(), deflater.getBytesRead());
    }
    return null;
  }

  private static byte[] trailer(long crc, long size) {
    byte[] out = new byte[8];
    for (int i = 0; i < 4; i++) {
      out[i] = (byte) (crc >>> (8 * i));
      out[4 + i] = (byte) (size >>> (8 * i));
    }
    return out;
  }

  @Override
  public void close() {
    deflater.end();
  }
}
