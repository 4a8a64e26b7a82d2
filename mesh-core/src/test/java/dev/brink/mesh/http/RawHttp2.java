package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An HTTP/2 client that sends exactly the frames it is told to, right or wrong. */
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RESET = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);

  RawHttp2(int port, byte... settings) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    out = socket.getOutputStream();
    out.write(PREFACE.getBytes(ISO_8859_1));
    send(SETTINGS, 0, 0, settings);
    next(SETTINGS);
    send(SETTINGS, ACK, 0);
  }

  record Frame(int type, int flags, int stream, ByteBuffer payload) {
    boolean ends() {
      return (flags & END_STREAM) != 0;
    }

    String text() {
      return ISO_8859_1.decode(payload.duplicate()).toString();
    }

    /** The error code of a RESET or GOAWAY. */
    int error() {
      return payload.getInt(type == GOAWAY ? 4 : 0);
    }
  }

  /** What came back. */
  record Answer(Http2Headers headers, String body) {
    String status() {
      return String.valueOf(headers.status());
    }
  }

  static byte[] frame(int type, int flags, int stream, byte... payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /** Names and values in turn. */
  static byte[] block(String... headers) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < headers.length; i += 2) {
      block.write(0);
      for (String text : new String[] {headers[i], headers[i + 1]}) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        int length = bytes.length;
        if (length < 127) {
          block.write(length);
        } else {
          block.write(127);
          for (length -= 127; length >= 128; length >>= 7) {
            block.write((length & 127) | 128);
          }
          block.write(length);
        }
        block.writeBytes(bytes);
      }
    }
    return block.toByteArray();
  }

  static byte[] get(String path, String... more) {
    String[] all = new String[8 + more.length];
    System.arraycopy(
        new String[] {":method", "GET", ":scheme", "http", ":path", path, ":authority", "a"},
        0,
        all,
        0,
        8);
    System.arraycopy(more, 0, all, 8, more.length);
    return block(all);
  }

  RawHttp2 send(int type, int flags, int stream, byte... payload) throws IOException {
    return send(frame(type, flags, stream, payload));
  }

  RawHttp2 send(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** A request without a body. */
  RawHttp2 request(int stream, byte[] block) throws IOException {
    return send(HEADERS, END_HEADERS | END_STREAM, stream, block);
  }

  /** The next frame, or {@code null} when the server has ended the connection. */
  @Nullable Frame next() throws IOException {
    try {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      return new Frame(type, flags, stream, ByteBuffer.wrap(in.readNBytes(length)));
    } catch (EOFException | SocketException e) {
      return null;
    }
  }

  /** The next frame of a type; others are skipped. */
  Frame next(int type) throws IOException {
    while (true) {
      Frame frame = next();
      if (frame == null) {
        throw new EOFException("the connection ended (expected: a frame of type " + type + ")");
      }
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  /** The next frame of a body; anything but headers before it is an error. */
  Frame data() throws IOException {
    Frame frame = next();
    while (frame != null && frame.type() == HEADERS) {
      frame = next();
    }
    if (frame == null || frame.type() != DATA) {
      throw new IOException("came: " + frame + " (expected: DATA)");
    }
    return frame;
  }

  Http2Headers headers() throws IOException {
    return decode(next(HEADERS));
  }

  private Http2Headers decode(Frame frame) throws IOException {
    try {
      return decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
  }

  /** The status of the next answer, whose body is skipped, or {@code reset} and why. */
  String outcome() throws IOException {
    for (Frame frame = next(); frame != null; frame = next()) {
      if (frame.type() == RESET) {
        return "reset " + frame.error();
      }
      if (frame.type() == HEADERS) {
        String status = String.valueOf(decode(frame).status());
        while (!frame.ends()) {
          frame = next(DATA);
        }
        return status;
      }
    }
    throw new EOFException("the connection ended (expected: an answer)");
  }

  /** The next whole answer; assumes that streams' frames don't mix. */
  Answer answer() throws IOException {
    Frame first = next(HEADERS);
    Http2Headers headers = decode(first);
    StringBuilder body = new StringBuilder();
    for (Frame frame = first; !frame.ends(); ) {
      frame = next(DATA);
      body.append(frame.text());
    }
    return new Answer(headers, body.toString());
  }

  /** The last frame of a type before the end of the connection. */
  @Nullable Frame lastBeforeEnd(int type) throws IOException {
    Frame last = null;
    for (Frame frame = next(); frame != null; frame = next()) {
      if (frame.type() == type) {
        last = frame;
      }
    }
    return last;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
