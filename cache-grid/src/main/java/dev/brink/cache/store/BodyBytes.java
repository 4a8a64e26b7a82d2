package dev.brink.cache.store;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import java.nio.ByteBuffer;

/** Some bytes of a body, which stays while they are held. */
final class BodyBytes extends UnpooledDirectByteBuf {
  private final Shared owner;

  /** The caller has made it a user of the owner. */
  BodyBytes(Shared owner, ByteBuffer bytes) {
    super(UnpooledByteBufAllocator.DEFAULT, bytes, bytes.remaining());
    this.owner = owner;
  }

  @Override
  protected void deallocate() {
    super.deallocate();
    owner.release();
  }
}
