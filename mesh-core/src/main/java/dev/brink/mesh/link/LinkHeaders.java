package dev.brink.mesh.link;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How requests, responses and what rides with them look as HTTP/2 headers of a link. */
final class LinkHeaders {
  static final AsciiString CALL = AsciiString.cached("brink-call-bin");
  static final AsciiString ANSWER = AsciiString.cached("brink-answer-bin");
  static final AsciiString CONTROL = AsciiString.cached("brink-control");

  /** Says that who listens to load reports reads changes of the warm set; older nodes do not. */
  static final AsciiString CHANGES = AsciiString.cached("brink-changes");

  /** What HTTP/2 counts for a field beside its name and value. */
  private static final int FIELD_BYTES = 32;

  /** Names that mean this hop only; {@code brink-} names from a client never get here. */
  private static final Set<String> DROPPED =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "expect");

  static Http2Headers ofRequest(HttpRequest request, String scheme) {
    Http2Headers headers = new DefaultHttp2Headers(false, request.headers().size() + 6);
    headers.method(request.method().asciiName()).path(request.uri()).scheme(scheme);
    String host = request.headers().get(HttpHeaderNames.HOST);
    if (host != null && !host.isEmpty()) {
      headers.authority(host);
    }
    copy(request.headers(), headers);
    return headers;
  }

  static Http2Headers ofResponse(HttpResponse response) {
    Http2Headers headers = new DefaultHttp2Headers(false, response.headers().size() + 2);
    headers.status(response.status().codeAsText());
    copy(response.headers(), headers);
    return headers;
  }

  static HttpRequest toRequest(Http2Headers headers) throws LinkException {
    CharSequence method = headers.method();
    CharSequence path = headers.path();
    if (method == null || path == null) {
      throw new LinkException("headers: no :method or :path (expected: both)");
    }
    HttpRequest request =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.valueOf(method.toString()), path.toString());
    CharSequence authority = headers.authority();
    if (authority != null && !authority.isEmpty()) {
      request.headers().set(HttpHeaderNames.HOST, authority);
    }
    copy(headers, request.headers());
    return request;
  }

  /** The text of a status line; empty where it is the usual one. */
  static String reason(HttpResponseStatus status) {
    String reason = status.reasonPhrase();
    return reason.equals(HttpResponseStatus.valueOf(status.code()).reasonPhrase()) ? "" : reason;
  }

  static HttpResponse toResponse(Http2Headers headers) {
    return toResponse(headers, "");
  }

  /**
   * @param reason what {@link #reason} gave
   */
  static HttpResponse toResponse(Http2Headers headers, String reason) {
    HttpResponseStatus usual = HttpResponseStatus.parseLine(headers.status());
    HttpResponseStatus status =
        !reason.isEmpty() && reason.chars().allMatch(LinkHeaders::isText)
            ? new HttpResponseStatus(usual.code(), reason)
            : usual;
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    copy(headers, response.headers());
    return response;
  }

  /**
   * Whether a peer takes headers of this size. It ends the whole link, with all calls on it, when
   * it gets many more than it said it takes.
   */
  static boolean fit(Http2Headers headers) {
    long bytes = 0;
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      bytes += field.getKey().length() + field.getValue().length() + FIELD_BYTES;
    }
    return bytes <= LinkClient.MAX_HEADER_BYTES;
  }

  private static boolean isText(int character) {
    return character == '\t' || (character >= ' ' && character <= 0xff && character != 0x7f);
  }

  static void put(Http2Headers headers, AsciiString name, MessageLite message) {
    headers.set(name, Base64.getEncoder().withoutPadding().encodeToString(message.toByteArray()));
  }

  /** Reads what {@link #put} wrote; {@code null} when the header is not there. */
  static <M extends MessageLite> @Nullable M get(
      Http2Headers headers, AsciiString name, Parser<M> parser) throws LinkException {
    CharSequence value = headers.get(name);
    if (value == null) {
      return null;
    }
    try {
      return parser.parseFrom(Base64.getDecoder().decode(value.toString()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new LinkException(name + ": not a message in base64 (" + e.getMessage() + ")");
    }
  }

  private static void copy(HttpHeaders from, Http2Headers to) {
    for (Iterator<Map.Entry<CharSequence, CharSequence>> i = from.iteratorCharSequence();
        i.hasNext(); ) {
      Map.Entry<CharSequence, CharSequence> field = i.next();
      AsciiString name = AsciiString.of(field.getKey()).toLowerCase();
      if (!DROPPED.contains(name.toString())) {
        to.add(name, field.getValue());
      }
    }
  }

  private static void copy(Http2Headers from, HttpHeaders to) {
    for (Map.Entry<CharSequence, CharSequence> field : from) {
      CharSequence name = field.getKey();
      if (name.isEmpty()
          || name.charAt(0) == ':'
          || CALL.contentEquals(name)
          || ANSWER.contentEquals(name)) {
        continue;
      }
      to.add(name, field.getValue());
    }
  }

  private LinkHeaders() {}
}
