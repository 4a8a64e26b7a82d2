package dev.brink.exec.zip;

import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into others, bit by bit: {@link #feed} some, take what comes of it by {@link #next}
 * until that is {@code null}, and so on; then {@link #finish}, and {@link #next} once more. Holds
 * native memory until closed. One thread at a time.
 */
public interface ByteCodec extends AutoCloseable {
  /** Output comes in pieces of at most so many bytes. */
  int PIECE_BYTES = 32 << 10;

  /** A codec for {@code gzip}, {@code deflate} or {@code deflate-raw}; {@code null} for others. */
  static @Nullable ByteCodec of(String format, boolean compress) {
    return switch (format) {
      case "deflate" ->
          compress ? new DeflateCodec(new Deflater(), false) : new InflateCodec(new Inflater());
      case "deflate-raw" ->
          compress ? new DeflateCodec(rawDeflater(), false) : new InflateCodec(new Inflater(true));
      case "gzip" ->
          compress
              ? new DeflateCodec(rawDeflater(), true)
              : new GunzipCodec(new InflateCodec(new Inflater(true)));
      default -> null;
    };
  }

  private static Deflater rawDeflater() {
    return new Deflater(Deflater.DEFAULT_COMPRESSION, true);
  }

  /** Gives it input, once it has used what it was given before. */
  void feed(byte[] input) throws DataFormatException;

  /** No more input will come. */
  void finish() throws DataFormatException;

  /** The next output; {@code null} when there is none without more input. */
  byte @Nullable [] next() throws DataFormatException;

  @Override
  void close();
}
