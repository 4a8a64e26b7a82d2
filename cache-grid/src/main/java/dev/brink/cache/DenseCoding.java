package dev.brink.cache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A content coding that takes more time than gzip and makes fewer bytes: a cache stores in it, once
 * more and behind the answers, what is asked for often. Thread-safe.
 */
public interface DenseCoding {
  /** Its name in {@code Accept-Encoding}: {@code br} or {@code zstd}. */
  String token();

  /**
   * Begins a body. Called on a thread that may take its time, for one body after the other.
   *
   * @return {@code null} when this system can't; it is not asked again then
   */
  @Nullable Encoder begin();

  /** Compresses one body. Used by one thread. */
  interface Encoder extends AutoCloseable {
    /** Takes some bytes; returns what has come of all so far, which may be nothing yet. */
    byte[] write(byte[] bytes) throws IOException;

    /** The rest, after the last bytes. */
    byte[] finish() throws IOException;

    /** Lets go of it, finished or not. */
    @Override
    void close();
  }
}
