package dev.brink.mesh.link;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.mesh.proto.ApplyReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;

/** Waits for the one reply to a control request. */
final class ReplyListener extends ChannelInboundHandlerAdapter {
  private static final int MAX_BYTES = 64 * 1024;

  private final CompletableFuture<ApplyReply> reply;
  private final ByteBuf received = Unpooled.buffer(0, MAX_BYTES);

  ReplyListener(CompletableFuture<ApplyReply> reply) {
    this.reply = reply;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof Http2DataFrame data) {
        if (data.content().readableBytes() > MAX_BYTES - received.readableBytes()) {
          reply.completeExceptionally(
              new LinkException("reply: more than " + MAX_BYTES + " bytes"));
          return;
        }
        received.writeBytes(data.content());
        if (data.isEndStream()) {
          complete();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void complete() {
    try {
      reply.complete(ApplyReply.parseFrom(ByteBufUtil.getBytes(received)));
    } catch (InvalidProtocolBufferException e) {
      reply.completeExceptionally(e);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    reply.completeExceptionally(new LinkException("link was lost"));
    received.release();
    ctx.fireChannelInactive();
  }
}
