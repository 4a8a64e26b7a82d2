package dev.brink.exec;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.Map;

/** A request's head in the form in which it crosses into the guest: few, plain strings. */
final class RequestHead {
  /** The URL the function sees. */
  static String url(Invocation invocation) {
    HttpRequest request = invocation.request();
    String target = request.uri();
    if (target.startsWith("/")) {
      return invocation.scheme() + "://" + host(request) + target;
    }
    return target.equals("*") ? invocation.scheme() + "://" + host(request) + "/*" : target;
  }

  private static String host(HttpRequest request) {
    String host = request.headers().get(HttpHeaderNames.HOST, "");
    return host.isEmpty() ? "localhost" : host;
  }

  /** A response's head: status, reason and {@link #lines}. */
  static String withStatus(HttpResponse head) {
    return head.status().code()
        + "\n"
        + head.status().reasonPhrase()
        + "\n"
        + lines(head.headers());
  }

  /** Names in lower case and values, each ended by a line feed, which neither can contain. */
  static String lines(HttpHeaders headers) {
    var text = new StringBuilder(256);
    Iterator<Map.Entry<CharSequence, CharSequence>> each = headers.iteratorCharSequence();
    while (each.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = each.next();
      appendLower(text, header.getKey());
      text.append('\n').append(header.getValue()).append('\n');
    }
    return text.toString();
  }

  private static void appendLower(StringBuilder text, CharSequence name) {
    for (int i = 0; i < name.length(); i++) {
      text.append(AsciiString.toLowerCase(name.charAt(i)));
    }
  }

  private RequestHead() {}
}
