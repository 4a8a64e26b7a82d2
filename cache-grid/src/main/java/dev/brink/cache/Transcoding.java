package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Brings a stored body into another coding. Used by a thread that may wait.
 *
 * @param zipped whether what is stored is in gzip
 * @param ended whether to break off
 */
record Transcoding(
    StoredObject object, boolean zipped, DenseCoding.Encoder encoder, BooleanSupplier ended) {
  /** Larger bodies, as they are stored or decoded, would keep others waiting. */
  static final long MAX_BYTES = 4 << 20;

  private static final int PIECE_BYTES = 64 << 10;
  private static final long LOAD_SECONDS = 10;

  /**
   * Returns whether all of it is in the draft: it may be too large.
   *
   * @throws DataFormatException when it is not the gzip that it is said to be
   */
  boolean run(Draft draft) throws IOException, InterruptedException, DataFormatException {
    try (var unzip = new GzipReader()) {
      long decoded = 0;
      for (long at = 0; at < object.bodyLength(); ) {
        ByteBuf piece = read(object, at);
        try {
          at += piece.readableBytes();
          for (byte[] plain; (plain = next(unzip, piece)) != null; ) {
            decoded += plain.length;
            if (ended.getAsBoolean()
                || decoded > MAX_BYTES
                || !append(draft, encoder.write(plain))) {
              return false;
            }
          }
        } finally {
          piece.release();
        }
      }
      if (zipped) {
        unzip.checkEnd();
      }
      return append(draft, encoder.finish());
    }
  }

  /** What more a piece turns into; {@code null}: nothing. */
  private byte @Nullable [] next(GzipReader unzip, ByteBuf piece) throws DataFormatException {
    if (!zipped) {
      byte[] rest = ByteBufUtil.getBytes(piece);
      piece.skipBytes(rest.length);
      return rest.length == 0 ? null : rest;
    }
    ByteBuf plain = unzip.read(piece);
    if (plain == null) {
      return null;
    }
    try {
      return ByteBufUtil.getBytes(plain);
    } finally {
      plain.release();
    }
  }

  /** The same bytes, from wherever they are; returns whether all of them are in the draft. */
  static boolean copy(StoredObject from, Draft to) throws IOException, InterruptedException {
    for (long at = 0; at < from.bodyLength(); ) {
      ByteBuf piece = read(from, at);
      at += piece.readableBytes();
      if (!to.append(piece)) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuf read(StoredObject object, long at)
      throws IOException, InterruptedException {
    ByteBuf present = object.read(at, PIECE_BYTES);
    return present == null ? await(object.load(at, PIECE_BYTES), ByteBuf::release) : present;
  }

  private static boolean append(Draft draft, byte[] coded) {
    return coded.length == 0 || draft.append(Unpooled.wrappedBuffer(coded));
  }

  /**
   * Waits for what comes from a slower place.
   *
   * @param unwanted lets go of what comes too late
   */
  static <T extends @Nullable Object> T await(
      CompletionStage<T> stage, Consumer<? super T> unwanted)
      throws IOException, InterruptedException {
    boolean came = false;
    try {
      T result = stage.toCompletableFuture().get(LOAD_SECONDS, TimeUnit.SECONDS);
      came = true;
      return result;
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("what is stored can't be read", e);
    } finally {
      if (!came) {
        var _ =
            stage.whenComplete(
                (late, failure) -> {
                  if (late != null) {
                    unwanted.accept(late);
                  }
                });
      }
    }
  }
}
