package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.field.ByteRange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MultipartTest {
  private static final long GIB = 1L << 30;

  /** A body of which only the places that were read matter. */
  private static final class Places implements BodySource {
    private long last;

    @Override
    public long available() {
      return 8 * GIB;
    }

    @Override
    public boolean complete() {
      return true;
    }

    @Override
    public @Nullable Throwable failure() {
      return null;
    }

    @Override
    public ByteBuf read(long offset, int maxBytes) {
      last = offset;
      return Unpooled.wrappedBuffer(new byte[maxBytes]);
    }

    @Override
    public CompletionStage<ByteBuf> load(long offset, int maxBytes) {
      return CompletableFuture.completedFuture(read(offset, maxBytes));
    }

    @Override
    public void attach(BodyReader reader) {}

    @Override
    public void advanced(BodyReader reader, long offset) {}

    @Override
    public void detach(BodyReader reader) {}
  }

  @Test
  void aRangeOfManyGibibytesIsReadToItsEnd() {
    var whole = new Places();
    var ranges = List.of(new ByteRange(0, 0), new ByteRange(GIB, 6 * GIB - 1));
    var parts = new Multipart(whole, 8 * GIB, ranges, "", "b");
    long first = parts.available() - 5 * GIB - "\r\n--b--\r\n".length();
    for (long at : new long[] {0, 1, 3 * GIB, 5 * GIB - 1}) {
      ByteBuf read = requireNonNull(parts.read(first + at, 1000));
      assertThat(read.readableBytes()).isEqualTo((int) Math.min(1000, 5 * GIB - at));
      assertThat(whole.last).isEqualTo(GIB + at);
    }
  }
}
