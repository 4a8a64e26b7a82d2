package dev.brink.cache.store;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/** Some bytes of a body, which stays while they are held. */
final class BodyBytes extends UnpooledDirectByteBuf {
  private final MemoryBody body;

  /** The caller has made it a user of the body. */
  BodyBytes(MemoryBody body, ByteBuffer bytes) {
    super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes.remaining());
    this.body = body;
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    body.release();
  }
}
