package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Gzip, for what was stored without since whoever it was fetched for takes none. */
final class GzipCoding implements DenseCoding {
  @Override
  public String token() {
    return "gzip";
  }

  @Override
  public Encoder begin() {
    var gzip = new GzipWriter();
    return new Encoder() {
      @Override
      public byte[] write(byte[] bytes) {
        return bytes(gzip.write(Unpooled.wrappedBuffer(bytes)));
      }

      @Override
      public byte[] finish() {
        return bytes(gzip.finish());
      }

      @Override
      public void close() {
        gzip.close();
      }
    };
  }

  private static byte[] bytes(ByteBuf coded) {
    try {
      return ByteBufUtil.getBytes(coded);
    } finally {
      coded.release();
    }
  }
}
