package dev.brink.mesh.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map.Entry;

/** Response heads in HTTP/2's terms. */
final class Http2ResponseHead {
  private Http2ResponseHead() {}

  /**
   * @param length of the body; told unless negative
   */
  static Http2Headers of(HttpResponse head, long length, String date, String requestId) {
    Http2Headers to = new DefaultHttp2Headers(false, 24);
    to.status(head.status().codeAsText());
    boolean dated = copy(head.headers(), to);
    if (length >= 0) {
      to.add(HttpHeaderNames.CONTENT_LENGTH, Long.toString(length));
    }
    if (!dated) {
      to.add(HttpHeaderNames.DATE, date);
    }
    return to.add(ResponseHeaders.REQUEST_ID, requestId);
  }

  /** An interim response: its status and its own headers. */
  static Http2Headers ofInterim(HttpResponse head) {
    Http2Headers to = new DefaultHttp2Headers(false, 8);
    to.status(head.status().codeAsText());
    var _ = copy(head.headers(), to);
    return to;
  }

  /**
   * @return whether there is a date among them
   */
  private static boolean copy(HttpHeaders from, Http2Headers to) {
    HopByHop.removeNamed(from);
    boolean dated = false;
    Iterator<Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
    while (all.hasNext()) {
      Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      if (HopByHop.is(name)
          || HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)
          || ResponseHeaders.REQUEST_ID.contentEqualsIgnoreCase(name)
          || !Syntax.isToken(name)) {
        continue;
      }
      dated |= HttpHeaderNames.DATE.contentEqualsIgnoreCase(name);
      to.add(AsciiString.of(name).toLowerCase(), value(header.getValue()));
    }
    return dated;
  }

  /** What must not be in a value becomes a space, as RFC 9110 section 5.5 has it. */
  private static CharSequence value(CharSequence value) {
    if (Syntax.isValue(value)) {
      return value;
    }
    StringBuilder clean = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      clean.append(c > 0xff ? '?' : Syntax.isValue((byte) c) ? c : ' ');
    }
    return clean;
  }
}
