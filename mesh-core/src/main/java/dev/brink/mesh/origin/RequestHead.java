package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.HopByHop;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request's head as an upstream server is to see it: end-to-end headers only, framing of
 * our own, who it is forwarded for.
 */
final class RequestHead {
  static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
  private static final AsciiString REQUEST_ID = AsciiString.cached("brink-request-id");

  private static final byte[] VERSION = " HTTP/1.1\r\n".getBytes(US_ASCII);
  private static final byte[] HOST = "host: ".getBytes(US_ASCII);
  private static final byte[] CRLF = "\r\n".getBytes(US_ASCII);
  private static final byte[] COLON = ": ".getBytes(US_ASCII);
  private static final byte[] CHUNKED = "transfer-encoding: chunked\r\n".getBytes(US_ASCII);
  private static final byte[] LENGTH = "content-length: ".getBytes(US_ASCII);
  private static final byte[] UPGRADE =
      "connection: upgrade\r\nupgrade: websocket\r\n".getBytes(US_ASCII);
  private static final int TYPICAL_BYTES = 1024;

  /**
   * What a proxy calls itself.
   *
   * @param via in {@code Via}
   * @param loop in {@code CDN-Loop}
   */
  record Self(String via, CdnLoop loop) {}

  private RequestHead() {}

  /**
   * The length of a call's body.
   *
   * @return -1 when it is to be chunked, 0 when there is none
   */
  static long bodyLength(Call call) {
    if (call.body() == null) {
      return 0;
    }
    String declared = call.request().headers().get(HttpHeaderNames.CONTENT_LENGTH);
    if (declared == null) {
      return -1;
    }
    long length = 0;
    for (int i = 0; i < declared.length(); i++) {
      int digit = declared.charAt(i) - '0';
      if (digit < 0 || digit > 9 || length > Long.MAX_VALUE / 16) {
        throw refused("content-length");
      }
      length = length * 10 + digit;
    }
    if (declared.isEmpty()) {
      throw refused("content-length");
    }
    return length;
  }

  /**
   * The head's bytes.
   *
   * @param host what {@code Host} says
   * @param self what this proxy calls itself
   * @throws ProblemException when the request holds what must not be sent
   */
  static ByteBuf of(
      ByteBufAllocator allocator, Call call, String host, Self self, boolean upgrade) {
    ByteBuf out = allocator.buffer(TYPICAL_BYTES);
    boolean written = false;
    try {
      write(out, call, host);
      forwarded(out, call, call.request().headers());
      line(out, HttpHeaderNames.VIA, "1.1 " + self.via());
      line(out, CdnLoop.NAME, self.loop().next(call.request().headers()));
      line(out, REQUEST_ID, call.requestId());
      if (upgrade) {
        out.writeBytes(UPGRADE);
      }
      out.writeBytes(CRLF);
      written = true;
      return out;
    } finally {
      if (!written) {
        out.release();
      }
    }
  }

  /**
   * The head of a request that is the caller's own: nothing says whom it is forwarded for. It says
   * that it went through here, for who finds a loop.
   *
   * @throws ProblemException when the request holds what must not be sent
   */
  static ByteBuf ofOwn(
      ByteBufAllocator allocator, Call call, String host, CdnLoop loop, boolean upgrade) {
    ByteBuf out = allocator.buffer(TYPICAL_BYTES);
    boolean written = false;
    try {
      write(out, call, host);
      line(out, CdnLoop.NAME, loop.next(call.request().headers()));
      if (upgrade) {
        out.writeBytes(UPGRADE);
      }
      out.writeBytes(CRLF);
      written = true;
      return out;
    } finally {
      if (!written) {
        out.release();
      }
    }
  }

  private static void write(ByteBuf out, Call call, String host) {
    HttpMethod method = call.request().method();
    String target = call.request().uri();
    if (!isTarget(target) && !(target.equals("*") && method.equals(HttpMethod.OPTIONS))) {
      throw refused("target");
    }
    if (!isToken(method.name()) || method.equals(HttpMethod.CONNECT)) {
      throw refused("method");
    }
    out.writeCharSequence(method.name(), US_ASCII);
    out.writeByte(' ');
    out.writeCharSequence(target, US_ASCII);
    out.writeBytes(VERSION);
    if (!isValue(host)) {
      throw refused("host");
    }
    out.writeBytes(HOST).writeCharSequence(host, ISO_8859_1);
    out.writeBytes(CRLF);

    HttpHeaders headers = call.request().headers();
    List<String> named = namedByConnection(headers);
    for (Iterator<Map.Entry<CharSequence, CharSequence>> i = headers.iteratorCharSequence();
        i.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> header = i.next();
      CharSequence name = header.getKey();
      if (!HopByHop.is(name) && !ours(name) && !contains(named, name)) {
        line(out, name, header.getValue());
      }
    }
    framing(out, method, call);
  }

  private static void framing(ByteBuf out, HttpMethod method, Call call) {
    if (call.body() != null) {
      long length = bodyLength(call);
      if (length < 0) {
        out.writeBytes(CHUNKED);
      } else {
        length(out, length);
      }
    } else if (method.equals(HttpMethod.POST)
        || method.equals(HttpMethod.PUT)
        || method.equals(HttpMethod.PATCH)) {
      length(out, 0);
    }
  }

  private static void length(ByteBuf out, long length) {
    out.writeBytes(LENGTH).writeCharSequence(Long.toString(length), US_ASCII);
    out.writeBytes(CRLF);
  }

  private static void forwarded(ByteBuf out, Call call, HttpHeaders headers) {
    String clients = clients(String.join(", ", headers.getAll(FORWARDED_FOR)), call);
    if (!clients.isEmpty()) {
      line(out, FORWARDED_FOR, clients);
    }
    line(out, FORWARDED_PROTO, call.scheme());
    String asked = headers.get(HttpHeaderNames.HOST);
    if (asked != null && !asked.isEmpty()) {
      line(out, FORWARDED_HOST, asked);
    }
  }

  /** What came from a function of ours says who its client is already. */
  private static String clients(String before, Call call) {
    String client = call.clientAddress();
    if (client.isEmpty() || before.equals(client)) {
      return before;
    }
    return before.isEmpty() ? client : before + ", " + client;
  }

  private static void line(ByteBuf out, CharSequence name, CharSequence value) {
    if (!isToken(name) || !isValue(value)) {
      throw refused("header");
    }
    write(out, name);
    out.writeBytes(COLON);
    write(out, value);
    out.writeBytes(CRLF);
  }

  private static void write(ByteBuf out, CharSequence text) {
    if (text instanceof AsciiString ascii) {
      out.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
    } else {
      out.writeCharSequence(text, ISO_8859_1);
    }
  }

  /** Whether a header is written by us, if at all. */
  private static boolean ours(CharSequence name) {
    return switch (name.length()) {
      case 4 -> same(HttpHeaderNames.HOST, name);
      case 6 -> same(HttpHeaderNames.EXPECT, name);
      case 8 -> same(CdnLoop.NAME, name);
      case 14 -> same(HttpHeaderNames.CONTENT_LENGTH, name);
      case 15 -> same(FORWARDED_FOR, name);
      case 16 -> same(FORWARDED_HOST, name) || same(REQUEST_ID, name);
      case 17 -> same(FORWARDED_PROTO, name);
      default -> false;
    };
  }

  private static boolean same(AsciiString known, CharSequence name) {
    return known.contentEqualsIgnoreCase(name);
  }

  private static List<String> namedByConnection(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.CONNECTION)) {
      return List.of();
    }
    var named = new ArrayList<String>();
    for (String value : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String name : value.split(",", -1)) {
        named.add(name.trim());
      }
    }
    return named;
  }

  private static boolean contains(List<String> names, CharSequence name) {
    for (int i = 0; i < names.size(); i++) {
      if (AsciiString.contentEqualsIgnoreCase(names.get(i), name)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a text can be a request's target in origin form. */
  static boolean isTarget(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f) {
        return false;
      }
    }
    return text.startsWith("/");
  }

  /** Whether a text can be a header's value: Latin-1 without control characters. */
  static boolean isValue(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        return false;
      }
    }
    return true;
  }

  /** Whether a text can be the name of a method or a header. */
  static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c >= 0x7f || "\"(),/:;<=>?@[\\]{}".indexOf(c) >= 0) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static ProblemException refused(String what) {
    return new ProblemException(
        Problem.of(
            400,
            "request-not-forwardable",
            "The request's " + what + " cannot be sent to an origin."));
  }

  /** The value of {@code Host} for a server. */
  static String host(Call call, PoolSettings settings, ServerAddress address) {
    @Nullable String asked =
        settings.keepHost() ? call.request().headers().get(HttpHeaderNames.HOST) : null;
    if (asked != null && !asked.isEmpty()) {
      return asked;
    }
    return settings.host().isEmpty() ? address.authority() : settings.host();
  }
}
