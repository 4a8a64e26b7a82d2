package dev.brink.mesh.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;

/** Headers for names and values that were checked already. */
final class UncheckedHeaders {
  private static final HttpHeadersFactory FACTORY =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false);

  private UncheckedHeaders() {}

  static HttpHeaders create() {
    return FACTORY.newHeaders();
  }
}
