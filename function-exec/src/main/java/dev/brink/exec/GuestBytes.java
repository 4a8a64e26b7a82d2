package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.graalvm.polyglot.Value;

/** Moves bytes between guest buffers and the host's. */
final class GuestBytes {
  /**
   * What is no larger is copied as it is sent: a pooled buffer before that costs more than it
   * saves.
   */
  private static final int SMALL_BYTES = 16 * 1024;

  /** A copy of part of a guest's {@code ArrayBuffer}. */
  static byte[] copy(Value buffer, int offset, int length) {
    byte[] bytes = new byte[length];
    if (length > 0) {
      buffer.readBuffer(offset, bytes, 0, length);
    }
    return bytes;
  }

  /** A copy of part of a guest's {@code ArrayBuffer}. */
  static ByteBuf buffer(Value buffer, int offset, int length) {
    return outgoing(copy(buffer, offset, length));
  }

  static ByteBuf utf8(String text) {
    return text.length() > SMALL_BYTES
        ? ByteBufUtil.writeUtf8(ByteBufAllocator.DEFAULT, text)
        : outgoing(text.getBytes(StandardCharsets.UTF_8));
  }

  private static ByteBuf outgoing(byte[] bytes) {
    return bytes.length > SMALL_BYTES
        ? ByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes)
        : Unpooled.wrappedBuffer(bytes);
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
