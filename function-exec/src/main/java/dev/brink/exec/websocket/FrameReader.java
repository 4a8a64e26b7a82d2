package dev.brink.exec.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages and control frames of bytes that come in pieces: section 5 of RFC 6455. Memory
 * grows with what has come, not with what was announced. Not thread-safe.
 */
final class FrameReader {
  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int MASK = 0x80;
  private static final int LENGTH = 0x7f;
  private static final int LENGTH_16 = 126;
  private static final int LENGTH_64 = 127;
  private static final int MASK_BYTES = 4;
  private static final int MAX_HEADER_BYTES = 14;
  private static final int FIRST_BYTES = 256;
  private static final byte[] NOTHING = new byte[0];

  private final boolean masked;
  private final int maxMessageBytes;

  private final byte[] header = new byte[MAX_HEADER_BYTES];
  private int headerBytes;
  private final byte[] mask = new byte[MASK_BYTES];
  private boolean inPayload;
  private boolean last;
  private int opcode;
  private int remaining;
  private int maskAt;

  /** The message's kind; 0 between messages. */
  private int message;

  private byte[] data = NOTHING;
  private int dataBytes;
  private final byte[] control = new byte[Opcode.MAX_CONTROL_BYTES];
  private int controlBytes;

  /**
   * @param masked whether frames must be masked: a client's are, a server's are not
   */
  FrameReader(boolean masked, int maxMessageBytes) {
    this.masked = masked;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** Memory that a message which is not complete takes. */
  int heldBytes() {
    return data.length;
  }

  /**
   * Reads until something is complete.
   *
   * @return {@code null} when {@code in} was read to its end and more is needed
   * @throws WebSocketException when the peer breaks the protocol, once; nothing can be read after
   *     it
   */
  @Nullable Received read(ByteBuf in) throws WebSocketException {
    while (true) {
      if (!inPayload) {
        if (!readHeader(in)) {
          return null;
        }
        beginFrame();
      }
      if (!readPayload(in)) {
        return null;
      }
      inPayload = false;
      headerBytes = 0;
      Received complete = endFrame();
      if (complete != null) {
        return complete;
      }
    }
  }

  private boolean readHeader(ByteBuf in) throws WebSocketException {
    while (headerBytes < headerLength()) {
      if (!in.isReadable()) {
        return false;
      }
      header[headerBytes++] = in.readByte();
      if (headerBytes == 2) {
        checkStart();
      }
    }
    return true;
  }

  private int headerLength() {
    if (headerBytes < 2) {
      return 2;
    }
    int length =
        switch (header[1] & LENGTH) {
          case LENGTH_16 -> 4;
          case LENGTH_64 -> 10;
          default -> 2;
        };
    return masked ? length + MASK_BYTES : length;
  }

  /** What can be told from the first two bytes is, so that nothing is waited for in vain. */
  private void checkStart() throws WebSocketException {
    int first = header[0] & 0xff;
    if ((first & RESERVED) != 0) {
      throw error("a reserved bit is set");
    }
    opcode = first & 0x0f;
    last = (first & FIN) != 0;
    if (!Opcode.isKnown(opcode)) {
      throw error("opcode: " + opcode + " (expected: one of RFC 6455)");
    }
    if (((header[1] & MASK) != 0) != masked) {
      throw error(masked ? "a client's frame is not masked" : "a server's frame is masked");
    }
    if (Opcode.isControl(opcode)) {
      if (!last) {
        throw error("a control frame is fragmented");
      }
      if ((header[1] & LENGTH) > Opcode.MAX_CONTROL_BYTES) {
        throw error("a control frame is longer than " + Opcode.MAX_CONTROL_BYTES + " bytes");
      }
    } else if (opcode == Opcode.CONTINUATION && message == 0) {
      throw error("a continuation of nothing");
    } else if (opcode != Opcode.CONTINUATION && message != 0) {
      throw error("a message begins within another");
    }
  }

  private void beginFrame() throws WebSocketException {
    long length = payloadLength();
    if (!Opcode.isControl(opcode)) {
      if (length > maxMessageBytes - dataBytes) {
        throw new WebSocketException(
            CloseCode.TOO_LARGE, "a message is larger than " + maxMessageBytes + " bytes");
      }
      if (opcode != Opcode.CONTINUATION) {
        message = opcode;
      }
    }
    if (masked) {
      System.arraycopy(header, headerBytes - MASK_BYTES, mask, 0, MASK_BYTES);
    }
    remaining = (int) length;
    maskAt = 0;
    controlBytes = 0;
    inPayload = true;
  }

  private long payloadLength() throws WebSocketException {
    int told = header[1] & LENGTH;
    if (told < LENGTH_16) {
      return told;
    }
    int bytes = told == LENGTH_16 ? Short.BYTES : Long.BYTES;
    long length = 0;
    for (int i = 0; i < bytes; i++) {
      length = length << 8 | (header[2 + i] & 0xff);
    }
    if (length < 0) {
      throw error("a length has its highest bit set");
    }
    if (length < LENGTH_16 || (told == LENGTH_64 && length <= 0xffff)) {
      throw error("a length is not in its shortest form");
    }
    return length;
  }

  private boolean readPayload(ByteBuf in) {
    int n = Math.min(remaining, in.readableBytes());
    if (n > 0) {
      if (Opcode.isControl(opcode)) {
        in.readBytes(control, controlBytes, n);
        unmask(control, controlBytes, n);
        controlBytes += n;
      } else {
        reserve(dataBytes + n);
        in.readBytes(data, dataBytes, n);
        unmask(data, dataBytes, n);
        dataBytes += n;
      }
      remaining -= n;
    }
    return remaining == 0;
  }

  private void reserve(int needed) {
    if (needed > data.length) {
      long doubled = Math.max(FIRST_BYTES, 2L * data.length);
      data = Arrays.copyOf(data, (int) Math.max(needed, Math.min(doubled, maxMessageBytes)));
    }
  }

  private void unmask(byte[] bytes, int from, int count) {
    if (masked) {
      int at = maskAt;
      for (int i = from; i < from + count; i++) {
        bytes[i] ^= mask[at++ & 3];
      }
      maskAt = at & 3;
    }
  }

  private @Nullable Received endFrame() throws WebSocketException {
    return switch (opcode) {
      case Opcode.PING -> new Received.Ping(Arrays.copyOf(control, controlBytes));
      case Opcode.PONG -> new Received.Pong();
      case Opcode.CLOSE -> close();
      default -> last ? endMessage() : null;
    };
  }

  private Received endMessage() throws WebSocketException {
    boolean text = message == Opcode.TEXT;
    byte[] bytes = data;
    int count = dataBytes;
    message = 0;
    data = NOTHING;
    dataBytes = 0;
    if (text) {
      return new Received.Text(utf8(bytes, 0, count));
    }
    return new Received.Binary(count == bytes.length ? bytes : Arrays.copyOf(bytes, count));
  }

  private Received close() throws WebSocketException {
    if (controlBytes == 0) {
      return new Received.Close(CloseCode.NONE, "");
    }
    if (controlBytes == 1) {
      throw error("a close has half a code");
    }
    int code = (control[0] & 0xff) << 8 | (control[1] & 0xff);
    if (!CloseCode.isSendable(code)) {
      throw error("close code: " + code + " (expected: one of RFC 6455)");
    }
    return new Received.Close(code, utf8(control, 2, controlBytes - 2));
  }

  private static String utf8(byte[] bytes, int from, int count) throws WebSocketException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, from, count))
          .toString();
    } catch (CharacterCodingException e) {
      throw new WebSocketException(CloseCode.INVALID_DATA, "a text is not UTF-8");
    }
  }

  private static WebSocketException error(String message) {
    return new WebSocketException(CloseCode.PROTOCOL_ERROR, message);
  }
}
