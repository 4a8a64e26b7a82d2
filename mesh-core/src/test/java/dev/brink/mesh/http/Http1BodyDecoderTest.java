package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** How bodies are held. */
class Http1BodyDecoderTest {
  private final Http1BodyDecoder decoder =
      new Http1BodyDecoder(HttpLimits.defaults(), UnpooledByteBufAllocator.DEFAULT);

  @Test
  void aChunkOfAByteHoldsNoMuchLargerBuffer() {
    decoder.begin(-1);
    for (int i = 0; i < 100; i++) {
      ByteBuf data = next("1\r\nx\r\n");
      assertThat(data.capacity()).isLessThanOrEqualTo(64);
      data.release();
    }
    ByteBuf data = next("1\r\nx\r\n1000\r\n" + "y".repeat(4096) + "\r\n");
    assertThat(data.capacity()).isLessThanOrEqualTo(64);
    data.release();
  }

  @Test
  void smallChunksThatCameTogetherAreOneBuffer() {
    decoder.begin(-1);
    ByteBuf data = next("1\r\nx\r\n".repeat(4096));
    assertThat(data.readableBytes()).isEqualTo(4096);
    data.release();
  }

  private ByteBuf next(String bytes) {
    ByteBuf in = TestServer.bytes(bytes);
    ByteBuf data = Objects.requireNonNull(decoder.next(in));
    in.release();
    return data;
  }
}
