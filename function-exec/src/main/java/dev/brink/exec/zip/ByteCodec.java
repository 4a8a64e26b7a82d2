package dev.brink.exec.zip;

import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into others, bit by bit: {@link #feed} some, take what comes of it by {@link #next}
 * until that is {@code null}, and so on; then {@link #finish}, and {@link #next} once more. Holds
 * native memory until closed. One thread at a time; closed by whatever thread.
 */
public interface ByteCodec extends AutoCloseable {
  /** Output comes in pieces of at most so many bytes. */
  int PIECE_BYTES = 32 << 10;

  /** The slowest of Brotli's. */
  int MAX_BROTLI_QUALITY = 11;

  /** Whether there are codecs for a format: {@code brotli} needs a native library. */
  static boolean has(String format) {
    return switch (format) {
      case "deflate", "deflate-raw", "gzip" -> true;
      case "brotli" -> Brotli.available();
      default -> false;
    };
  }

  /**
   * Compresses to Brotli.
   *
   * @param quality 0, the quickest, to 11, the fewest bytes: beyond 9 it takes some ten times as
   *     long as gzip
   * @throws IllegalArgumentException when there is no such quality, or no Brotli: see {@link #has}
   */
  static ByteCodec brotli(int quality) {
    if (quality < 0 || quality > MAX_BROTLI_QUALITY) {
      throw new IllegalArgumentException("quality: " + quality + " (expected: 0 to 11)");
    }
    if (!has("brotli")) {
      throw new IllegalArgumentException("format: brotli (expected: one of this system)");
    }
    return new BrotliEncoding(quality);
  }

  /**
   * A codec for a format.
   *
   * @throws IllegalArgumentException when there is none: see {@link #has}
   */
  static ByteCodec of(String format, boolean compress) {
    if (!has(format)) {
      throw new IllegalArgumentException(
          "format: " + format + " (expected: deflate, deflate-raw, gzip or brotli)");
    }
    return switch (format) {
      case "brotli" -> compress ? new BrotliEncoding(BrotliEncoding.QUICK) : new BrotliDecoding();
      case "deflate" ->
          compress ? new DeflateCodec(new Deflater(), false) : new InflateCodec(new Inflater());
      case "deflate-raw" ->
          compress ? new DeflateCodec(rawDeflater(), false) : new InflateCodec(new Inflater(true));
      default ->
          compress
              ? new DeflateCodec(rawDeflater(), true)
              : new GunzipCodec(new InflateCodec(new Inflater(true)), false);
    };
  }

  /** Whether there is a decoder for a content coding of HTTP, in lower case. */
  static boolean decodes(String coding) {
    return switch (coding) {
      case "gzip", "x-gzip", "deflate" -> true;
      case "br" -> has("brotli");
      default -> false;
    };
  }

  /** A decoder for a content coding of HTTP that {@link #decodes}. */
  static ByteCodec decoding(String coding) {
    if (!decodes(coding)) {
      throw new IllegalArgumentException("coding: " + coding + " (expected: gzip, deflate or br)");
    }
    return new ContentDecoding(coding.equals("x-gzip") ? "gzip" : coding);
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

  /** Whether {@link #next} is known to have given all there will be; {@code false} if it may. */
  default boolean over() {
    return false;
  }

  @Override
  void close();
}
