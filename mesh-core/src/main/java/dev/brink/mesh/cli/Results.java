package dev.brink.mesh.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** Standard output, which remembers why something could not be written to it. */
final class Results extends PrintStream {
  private final Watched watched;

  Results(OutputStream to, Charset charset) {
    this(new Watched(to), charset);
  }

  private Results(Watched watched, Charset charset) {
    super(new BufferedOutputStream(watched), true, charset);
    this.watched = watched;
  }

  /**
   * What was met first when all of it was written; {@code null} for nothing, or when the reader has
   * gone, as {@code head} does when it has what it wants.
   */
  @Nullable IOException failure() {
    flush();
    IOException failure = watched.failure;
    return failure != null && String.valueOf(failure.getMessage()).contains("Broken pipe")
        ? null
        : failure;
  }

  private static final class Watched extends FilterOutputStream {
    private volatile @Nullable IOException failure;

    Watched(OutputStream to) {
      super(to);
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        }
        throw e;
      }
    }
  }
}
