package dev.brink.mesh.cache;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Locale;
import java.util.Map;

/**
 * A response and the request it is to answer, as one {@code PUT}: its fields and body are the
 * response's, and of the request it has the fields that the response's {@code Vary} names.
 */
final class PutCall {
  private static final String OURS = "brink-";
  private static final String STATUS = OURS + "status";
  private static final String SELECTING = OURS + "vary-";

  /**
   * @param asked a {@code GET}
   */
  static HttpRequest of(HttpRequest asked, int status, HttpHeaders response) {
    var put = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.PUT, asked.uri(), fields());
    for (Map.Entry<String, String> field : response) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (!name.startsWith(OURS) && !name.equals("host") && !name.equals("content-length")) {
        put.headers().add(name, field.getValue());
      }
    }
    for (String line : response.getAll(HttpHeaderNames.VARY)) {
      for (String named : line.split(",", -1)) {
        String name = named.strip().toLowerCase(Locale.ROOT);
        for (String value : asked.headers().getAll(name)) {
          put.headers().add(SELECTING + name, value);
        }
      }
    }
    put.headers().set(STATUS, status);
    put.headers().set(HttpHeaderNames.HOST, asked.headers().get(HttpHeaderNames.HOST, ""));
    return put;
  }

  private static HttpHeaders fields() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  /** The request that the response is to answer. */
  static HttpRequest asked(HttpRequest put) {
    var asked = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, put.uri(), fields());
    asked.headers().set(HttpHeaderNames.HOST, put.headers().get(HttpHeaderNames.HOST, ""));
    for (Map.Entry<String, String> field : put.headers()) {
      if (field.getKey().startsWith(SELECTING)) {
        asked.headers().add(field.getKey().substring(SELECTING.length()), field.getValue());
      }
    }
    return asked;
  }

  /** The response's head. */
  static HttpResponse response(HttpRequest put) {
    int status = Integer.parseInt(put.headers().get(STATUS, "200"));
    var response =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), fields());
    for (Map.Entry<String, String> field : put.headers()) {
      String name = field.getKey();
      if (!name.startsWith(OURS) && !name.equalsIgnoreCase("host")) {
        response.headers().add(name, field.getValue());
      }
    }
    return response;
  }

  private PutCall() {}
}
