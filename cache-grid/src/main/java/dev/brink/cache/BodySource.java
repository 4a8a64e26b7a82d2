package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Bytes that can be read at an offset, all of them already or as they come. Thread-safe. */
interface BodySource {
  /** Bytes at hand. */
  long available();

  /** Whether {@link #available} is all there will be. */
  boolean complete();

  /** Why there will be no more, when it broke off. */
  @Nullable Throwable failure();

  /**
   * Bytes at an offset below {@link #available}.
   *
   * @return {@code null} when {@link #load} has to get them
   */
  @Nullable ByteBuf read(long offset, int maxBytes);

  /** As {@link #read}, from a slower place. */
  CompletionStage<ByteBuf> load(long offset, int maxBytes);

  /** A reader begins: {@code more} runs when there is more to read, or the end is known. */
  void attach(BodyReader reader);

  /** A reader has read up to there. */
  void advanced(BodyReader reader, long offset);

  /** A reader has all it wanted, or wants no more. Once. */
  void detach(BodyReader reader);
}
