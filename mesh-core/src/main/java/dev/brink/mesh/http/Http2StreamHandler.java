package dev.brink.mesh.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One stream of an HTTP/2 connection: a request in frames. */
final class Http2StreamHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Http2StreamHandler.class);
  private static final HttpRequest NO_REQUEST =
      new DefaultHttpRequest(
          HttpVersion.HTTP_1_1, HttpMethod.GET, "/", EmptyHttpHeaders.INSTANCE, false);

  private final Http2Connection connection;
  private @Nullable Http2Exchange exchange;

  Http2StreamHandler(Http2Connection connection) {
    this.connection = connection;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case Http2HeadersFrame head when exchange == null -> start(ctx, head);
      case Http2HeadersFrame trailers -> ended(trailers.isEndStream());
      case Http2DataFrame data -> {
        boolean last = data.isEndStream();
        if (exchange == null) {
          data.release();
        } else {
          exchange.received(data.content());
          ended(last);
        }
      }
      default -> ReferenceCountUtil.release(message);
    }
  }

  private void ended(boolean last) {
    if (last && exchange != null) {
      exchange.receivedEnd();
    }
  }

  private void start(ChannelHandlerContext ctx, Http2HeadersFrame head) {
    if (connection.isFull()) {
      var _ = ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.REFUSED_STREAM));
      return;
    }
    Http2Request.Result read = Http2Request.read(head.headers(), connection.limits());
    HttpRequest request = read.request() == null ? NO_REQUEST : read.request();
    Http2Exchange started =
        new Http2Exchange(
            connection,
            (Http2StreamChannel) ctx.channel(),
            request,
            connection.loop().requestId(request.headers()),
            System.nanoTime(),
            !head.isEndStream(),
            read.expectContinue());
    exchange = started;
    connection.add(started);
    if (read.problem() != null) {
      started.refuse(read.problem());
    } else if (read.length() > connection.limits().maxBodyBytes()) {
      started.refuse(Refusal.BODY_TOO_LARGE);
    } else {
      started.start();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof Http2ResetFrame && exchange != null) {
      exchange.gone();
    }
    ReferenceCountUtil.release(event);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (exchange != null && ctx.channel().isWritable()) {
      exchange.resumeWriting();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.gone();
      connection.remove(exchange);
    }
  }

  /** What the frame codec finds wrong it also resets, with the right code. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Http2Exception || cause instanceof IOException) {
      LOG.debug("{}: stream broke", connection.remoteAddress(), cause);
    } else {
      LOG.warn("{}: stream reset after an error", connection.remoteAddress(), cause);
      var _ = ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.INTERNAL_ERROR));
    }
    if (exchange != null) {
      exchange.gone();
    }
  }
}
