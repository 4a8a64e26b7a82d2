package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import org.graalvm.polyglot.Value;

/** Moves bytes between guest buffers and the host's. */
final class GuestBytes {
  /** A copy of part of a guest's {@code ArrayBuffer}. */
  static byte[] copy(Value buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    if (length > 0) {
      buffer.readBuffer(offset, bytes, 0, length);
    }
    return bytes;
  }

  /** A pooled copy of part of a guest's {@code ArrayBuffer}. */
  static ByteBuf buffer(Value buffer, int offset, int length) {
    byte[] bytes = copy(buffer, offset, length);
    return ByteBufAllocator.DEFAULT.buffer(length).writeBytes(bytes);
  }

  static ByteBuf utf8(String text) {
    return ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text);
  }

  /** What a guest can make a {@code Uint8Array} of; releases {@code from}. */
  static ByteBuffer toGuest(ByteBuf from) {
    try {
      byte[] bytes = new byte[from.readableBytes()];
      from.readBytes(bytes);
      return ByteBuffer.wrap(bytes);
    } finally {
      from.release();
    }
  }

  private GuestBytes() {}
}
