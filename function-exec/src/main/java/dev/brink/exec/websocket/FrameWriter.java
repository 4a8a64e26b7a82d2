package dev.brink.exec.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Makes frames, one for each message: section 5 of RFC 6455. Not thread-safe. */
final class FrameWriter {
  private static final int FIN = 0x80;
  private static final int MASK = 0x80;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int MAX_HEADER_BYTES = 14;

  private final @Nullable IntSupplier masks;

  /**
   * @param masks a new, unforeseeable mask for each frame; {@code null}: frames are not masked
   */
  FrameWriter(@Nullable IntSupplier masks) {
    this.masks = masks;
  }

  ByteBuf text(String data) {
    int length = ByteBufUtil.utf8Bytes(data);
    ByteBuf frame = frame(Opcode.TEXT, length);
    int from = frame.writerIndex();
    ByteBufUtil.writeUtf8(frame, data);
    return masked(frame, from);
  }

  ByteBuf binary(byte[] data) {
    return frame(Opcode.BINARY, data);
  }

  ByteBuf ping() {
    return frame(Opcode.PING, new byte[0]);
  }

  ByteBuf pong(byte[] data) {
    return frame(Opcode.PONG, data);
  }

  /**
   * A close.
   *
   * @param code {@link CloseCode#NONE} for none, and then no reason either
   * @param reason cut off where it is too long
   */
  ByteBuf close(int code, String reason) {
    if (code == CloseCode.NONE) {
      return frame(Opcode.CLOSE, new byte[0]);
    }
    String told = cut(reason);
    byte[] bytes = new byte[2 + ByteBufUtil.utf8Bytes(told)];
    bytes[0] = (byte) (code >> 8);
    bytes[1] = (byte) code;
    byte[] text = told.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(text, 0, bytes, 2, text.length);
    return frame(Opcode.CLOSE, bytes);
  }

  /** As many characters as fit. */
  private static String cut(String reason) {
    int end = 0;
    int bytes = 0;
    while (end < reason.length()) {
      int point = reason.codePointAt(end);
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      if (bytes > CloseCode.MAX_REASON_BYTES) {
        break;
      }
      end += Character.charCount(point);
    }
    return reason.substring(0, end);
  }

  private ByteBuf frame(int opcode, byte[] payload) {
    ByteBuf frame = frame(opcode, payload.length);
    int from = frame.writerIndex();
    frame.writeBytes(payload);
    return masked(frame, from);
  }

  /** A frame up to the mask, with room for the rest. */
  private ByteBuf frame(int opcode, int length) {
    ByteBuf frame = ByteBufAllocator.DEFAULT.buffer(MAX_HEADER_BYTES + length);
    int mask = masks == null ? 0 : MASK;
    frame.writeByte(FIN | opcode);
    if (length < LENGTH_16) {
      frame.writeByte(mask | length);
    } else if (length <= 0xffff) {
      frame.writeByte(mask | LENGTH_16).writeShort(length);
    } else {
      frame.writeByte(mask | LENGTH_64).writeLong(length);
    }
    if (masks != null) {
      frame.writeInt(masks.getAsInt());
    }
    return frame;
  }

  private ByteBuf masked(ByteBuf frame, int from) {
    if (masks == null) {
      return frame;
    }
    int mask = frame.getInt(from - Integer.BYTES);
    int at = from;
    for (; at + Integer.BYTES <= frame.writerIndex(); at += Integer.BYTES) {
      frame.setInt(at, frame.getInt(at) ^ mask);
    }
    for (int shift = 24; at < frame.writerIndex(); at++, shift -= 8) {
      frame.setByte(at, frame.getByte(at) ^ (mask >> shift));
    }
    return frame;
  }
}
