package dev.brink.exec.zip;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Decodes one content coding of HTTP (RFC 9110, section 8.4.1) as liberally as clients do: of gzip
 * several members after each other, of deflate also without zlib's frame, and no bytes at all are
 * none.
 */
final class ContentDecoding implements ByteCodec {
  private static final byte[] NONE = {};
  private static final int ZLIB_HEADER_BYTES = 2;
  private static final int ZLIB_CHECK = 31;
  private static final int METHOD = 0x0f;
  private static final int DEFLATE = 8;

  private final String coding;

  // Guarded by this: too little to know how to decode it.
  private byte[] first = NONE;
  private @Nullable ByteCodec codec;
  private boolean closed;

  /**
   * @param coding {@code gzip}, {@code deflate} or {@code br}
   */
  ContentDecoding(String coding) {
    this.coding = coding;
  }

  @Override
  public synchronized void feed(byte[] input) throws DataFormatException {
    ByteCodec begun = codec;
    if (begun != null) {
      begun.feed(input);
      return;
    }
    int had = first.length;
    byte[] all = had == 0 ? input : Arrays.copyOf(first, had + input.length);
    if (had > 0) {
      System.arraycopy(input, 0, all, had, input.length);
    }
    if (all.length < (coding.equals("deflate") ? ZLIB_HEADER_BYTES : 1)) {
      first = all;
    } else if (!closed) {
      first = NONE;
      begin(all).feed(all);
    }
  }

  private ByteCodec begin(byte[] all) {
    ByteCodec made =
        switch (coding) {
          case "gzip" -> new GunzipCodec(new InflateCodec(new Inflater(true)), true);
          case "deflate" -> new InflateCodec(new Inflater(!isZlib(all)));
          default -> new BrotliDecoding();
        };
    codec = made;
    return made;
  }

  private boolean isZlib(byte[] all) {
    int header = ((all[0] & 0xff) << 8) | (all[1] & 0xff);
    return (all[0] & METHOD) == DEFLATE && header % ZLIB_CHECK == 0;
  }

  @Override
  public synchronized void finish() throws DataFormatException {
    ByteCodec begun = codec;
    if (begun != null) {
      begun.finish();
    } else if (first.length > 0) {
      throw new DataFormatException("the data ends too early");
    }
  }

  @Override
  public synchronized byte @Nullable [] next() throws DataFormatException {
    ByteCodec begun = codec;
    return begun == null || closed ? null : begun.next();
  }

  @Override
  public synchronized void close() {
    closed = true;
    ByteCodec begun = codec;
    if (begun != null) {
      begun.close();
    }
  }
}
