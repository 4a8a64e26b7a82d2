package dev.brink.exec.zip;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/** Compresses: RFC 1950, RFC 1951 and, with {@code gzip}, RFC 1952. */
final class DeflateCodec implements ByteCodec {
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final int TRAILER_BYTES = 8;
  private static final int LEAST_BYTES = 256;

  /** More than what does not get smaller grows by. */
  private static final int OVERHEAD_BYTES = 64;

  private final Deflater deflater;
  private final @Nullable CRC32 crc;

  /** As large as what is made of the input so far may be, up to a piece. */
  private byte[] out = new byte[LEAST_BYTES];

  private long fed;
  private boolean begun;
  private boolean ended;

  DeflateCodec(Deflater deflater, boolean gzip) {
    this.deflater = deflater;
    this.crc = gzip ? new CRC32() : null;
  }

  @Override
  public void feed(byte[] input) {
    deflater.setInput(input);
    fed += input.length;
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
    if (ended) {
      return null;
    }
    long most = fed + OVERHEAD_BYTES;
    if (out.length < most && out.length < PIECE_BYTES) {
      out = new byte[(int) Math.min(PIECE_BYTES, Math.max(most, 2L * out.length))];
    }
    int from = crc == null || begun ? 0 : GZIP_HEADER.length;
    int length = from + deflater.deflate(out, from, out.length - from);
    if (length == from && !deflater.finished()) {
      return null;
    }
    if (from > 0) {
      System.arraycopy(GZIP_HEADER, 0, out, 0, from);
      begun = true;
    }
    if (deflater.finished()) {
      length = end(length);
    }
    return length == 0 ? null : Arrays.copyOf(out, length);
  }

  /** Adds the trailer to the last piece where it has room; returns how long that is then. */
  private int end(int length) {
    if (crc == null) {
      ended = true;
      return length;
    }
    if (out.length - length < TRAILER_BYTES) {
      return length;
    }
    ended = true;
    for (int i = 0; i < 4; i++) {
      out[length + i] = (byte) (crc.getValue() >>> (8 * i));
      out[length + 4 + i] = (byte) (fed >>> (8 * i));
    }
    return length + TRAILER_BYTES;
  }

  @Override
  public boolean over() {
    return ended;
  }

  @Override
  public void close() {
    deflater.end();
  }
}
