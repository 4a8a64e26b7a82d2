package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map.Entry;
import org.jspecify.annotations.Nullable;

/** Turns response heads into HTTP/1.1 bytes. Used by one event loop. */
final class Http1ResponseEncoder {
  /** How the end of a body and of the connection is told. */
  enum Framing {
    LENGTH,
    CHUNKED,
    NONE,
    UPGRADE
  }

  private static final byte[] CLOSE = ascii("connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
  private static final byte[] UPGRADE = ascii("connection: upgrade\r\n");
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] CONTENT_LENGTH = ascii("content-length: ");
  private static final byte[] DATE = ascii("date: ");
  private static final byte[] REQUEST_ID = ascii("brink-request-id: ");
  private static final byte[] OK = ascii("HTTP/1.1 200 OK\r\n");

  private byte[] bytes = new byte[1024];
  private int at;

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }

  /**
   * @param length of the body; told unless negative
   * @param connection {@code true} for keep-alive said aloud, {@code false} for close, {@code null}
   *     for saying nothing
   * @param room bytes that the buffer has room for after the head
   */
  ByteBuf encode(
      ByteBufAllocator allocator,
      HttpResponse head,
      Framing framing,
      long length,
      @Nullable Boolean connection,
      String date,
      String requestId,
      int room) {
    at = 0;
    statusLine(head.status());
    boolean dated = headers(head.headers(), framing);
    if (framing == Framing.CHUNKED) {
      put(CHUNKED);
    } else if (framing == Framing.LENGTH && length >= 0) {
      put(CONTENT_LENGTH);
      number(length);
      crlf();
    }
    if (framing == Framing.UPGRADE) {
      put(UPGRADE);
    } else if (connection != null) {
      put(connection ? KEEP_ALIVE : CLOSE);
    }
    if (!dated) {
      put(DATE);
      value(date);
      crlf();
    }
    put(REQUEST_ID);
    value(requestId);
    crlf();
    crlf();
    return allocator.buffer(at + room).writeBytes(bytes, 0, at);
  }

  /** An interim response: its status and its own headers. */
  ByteBuf encodeInterim(ByteBufAllocator allocator, HttpResponse head) {
    at = 0;
    statusLine(head.status());
    headers(head.headers(), Framing.NONE);
    crlf();
    return allocator.buffer(at).writeBytes(bytes, 0, at);
  }

  private void statusLine(HttpResponseStatus status) {
    if (status.equals(HttpResponseStatus.OK) && status.reasonPhrase().equals("OK")) {
      put(OK);
      return;
    }
    put(OK, 0, 9);
    number(status.code());
    room(1);
    bytes[at++] = ' ';
    value(status.reasonPhrase());
    crlf();
  }

  /**
   * @return whether there is a date among them
   */
  private boolean headers(HttpHeaders headers, Framing framing) {
    boolean dated = false;
    if (headers.contains(HttpHeaderNames.CONNECTION)) {
      dropNamedByConnection(headers, framing);
    }
    Iterator<Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      if (ours(name) || (HopByHop.is(name) && !(framing == Framing.UPGRADE && upgrade(name)))) {
        continue;
      }
      dated |= name.length() == 4 && HttpHeaderNames.DATE.contentEqualsIgnoreCase(name);
      int start = at;
      if (!name(name)) {
        at = start;
        continue;
      }
      value(header.getValue());
      crlf();
    }
    return dated;
  }

  private static void dropNamedByConnection(HttpHeaders headers, Framing framing) {
    if (framing != Framing.UPGRADE) {
      HopByHop.removeNamed(headers);
    }
  }

  private static boolean upgrade(CharSequence name) {
    return HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name);
  }

  private static boolean ours(CharSequence name) {
    return switch (name.length()) {
      case 14 -> HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name);
      case 16 -> ResponseHeaders.REQUEST_ID.contentEqualsIgnoreCase(name);
      default -> false;
    };
  }

  /**
   * @return whether it is a name
   */
  private boolean name(CharSequence name) {
    int length = name.length();
    room(length + 2);
    if (name instanceof AsciiString ascii) {
      System.arraycopy(ascii.array(), ascii.arrayOffset(), bytes, at, length);
    } else {
      for (int i = 0; i < length; i++) {
        bytes[at + i] = name.charAt(i) < 0x80 ? (byte) name.charAt(i) : 0;
      }
    }
    boolean token = length > 0;
    for (int i = 0; i < length; i++) {
      token &= Syntax.isToken(bytes[at + i]);
    }
    at += length;
    bytes[at++] = ':';
    bytes[at++] = ' ';
    return token;
  }

  /** What must not be in a value becomes a space, as RFC 9110 section 5.5 has it. */
  private void value(CharSequence value) {
    int length = value.length();
    room(length);
    byte[] to = bytes;
    int from = at;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      byte b = c > 0xff ? (byte) '?' : (byte) c;
      to[from + i] = Syntax.isValue(b) ? b : (byte) ' ';
    }
    at += length;
  }

  private void number(long number) {
    room(20);
    int digits = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      digits++;
    }
    long rest = number;
    for (int i = at + digits - 1; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    at += digits;
  }

  private void crlf() {
    room(2);
    bytes[at++] = '\r';
    bytes[at++] = '\n';
  }

  private void put(byte[] text) {
    put(text, 0, text.length);
  }

  private void put(byte[] text, int from, int length) {
    room(length);
    System.arraycopy(text, from, bytes, at, length);
    at += length;
  }

  private void room(int more) {
    if (bytes.length - at < more) {
      bytes = Arrays.copyOf(bytes, Math.max(at + more, bytes.length * 2));
    }
  }
}
