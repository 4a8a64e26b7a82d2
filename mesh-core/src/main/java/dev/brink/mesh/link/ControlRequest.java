package dev.brink.mesh.link;

import com.google.protobuf.MessageLite;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2StreamChannel;

/** What nodes ask each other beside calls. */
final class ControlRequest {
  /** Opens a stream on which the peer goes on telling its load. */
  static void beats(Http2StreamChannel stream) {
    Http2Headers headers = headers(ControlStream.BEAT).set(LinkHeaders.CHANGES, "1");
    var _ = stream.writeAndFlush(new DefaultHttp2HeadersFrame(headers, false));
  }

  /** Sends one message and asks for one back. */
  static void send(Http2StreamChannel stream, String kind, MessageLite message) {
    var _ = stream.write(new DefaultHttp2HeadersFrame(headers(kind), false));
    var _ =
        stream.writeAndFlush(
            new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(message.toByteArray()), true));
  }

  private static Http2Headers headers(String kind) {
    Http2Headers headers = new DefaultHttp2Headers(false, 5);
    headers.method("POST").path("/" + kind).scheme("http").authority("brink");
    return headers.set(LinkHeaders.CONTROL, kind);
  }

  private ControlRequest() {}
}
