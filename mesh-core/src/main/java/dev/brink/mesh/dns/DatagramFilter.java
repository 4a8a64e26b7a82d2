package dev.brink.mesh.dns;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;

/**
 * Looks at a datagram's header before anything is parsed. What is no query gets no answer; what
 * cannot be one that this responder takes gets the shortest; and a network that is sent too much
 * gets nothing, or every second time an empty answer that asks it to come back over TCP, never
 * longer than the query.
 */
final class DatagramFilter extends ChannelInboundHandlerAdapter {
  private static final int HEADER_BYTES = 12;
  private static final int QUESTION_TAIL_BYTES = 4;
  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_LABEL_BYTES = 63;
  private static final int MAX_ADDITIONAL = 2;
  private static final int FLAG_RESPONSE = 0x8000;
  private static final int FLAG_TRUNCATED = 0x0200;
  private static final int KEPT_FLAGS = 0x7900;
  private static final int FORMAT_ERROR = 1;
  private static final int REFUSED = 5;

  private final ResponseRate rate;
  private final DnsCounts counts;
  private boolean slip;

  DatagramFilter(ResponseRate rate, DnsCounts counts) {
    this.rate = rate;
    this.counts = counts;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof DatagramPacket packet)) {
      ReferenceCountUtil.release(message);
      return;
    }
    ByteBuf data = packet.content();
    if (data.readableBytes() < HEADER_BYTES
        || data.readableBytes() > Edns.UDP_BYTES
        || (data.getUnsignedShort(data.readerIndex() + 2) & FLAG_RESPONSE) != 0
        || packet.sender().getPort() == 0) {
      counts.dropped();
      packet.release();
    } else if (!rate.take(packet.sender().getAddress(), System.nanoTime())) {
      tooMany(ctx, packet);
    } else if (!acceptable(data)) {
      reply(ctx, packet, HEADER_BYTES, FORMAT_ERROR);
      counts.malformed();
    } else if (!named(data)) {
      reply(ctx, packet, questionEnd(data), REFUSED);
      counts.refused();
    } else {
      ctx.fireChannelRead(packet);
    }
  }

  /** One question, nothing that only answers have, and no more than an OPT and a signature. */
  private static boolean acceptable(ByteBuf data) {
    int at = data.readerIndex();
    return data.getUnsignedShort(at + 4) == 1
        && data.getUnsignedShort(at + 6) == 0
        && data.getUnsignedShort(at + 8) == 0
        && data.getUnsignedShort(at + 10) <= MAX_ADDITIONAL
        && questionEnd(data) > 0;
  }

  /** Where the question ends, from the packet's start; -1 when its name is not plain labels. */
  private static int questionEnd(ByteBuf data) {
    int start = data.readerIndex();
    int at = start + HEADER_BYTES;
    while (at < data.writerIndex()) {
      int label = data.getUnsignedByte(at);
      if (label == 0) {
        int end = at + 1 + QUESTION_TAIL_BYTES;
        return end <= data.writerIndex() ? end - start : -1;
      }
      if (label > MAX_LABEL_BYTES || at + label - start - HEADER_BYTES >= MAX_NAME_BYTES) {
        return -1;
      }
      at += 1 + label;
    }
    return -1;
  }

  /** Whether the name asked for is one that a zone of host names can have. */
  private static boolean named(ByteBuf data) {
    int at = data.readerIndex() + HEADER_BYTES;
    for (int label = data.getUnsignedByte(at); label != 0; label = data.getUnsignedByte(at)) {
      for (int i = 1; i <= label; i++) {
        int c = data.getUnsignedByte(at + i);
        if (c <= ' ' || c > '~' || c == '.') {
          return false;
        }
      }
      at += 1 + label;
    }
    return true;
  }

  private void tooMany(ChannelHandlerContext ctx, DatagramPacket packet) {
    counts.limited();
    slip = !slip;
    int end = slip && acceptable(packet.content()) ? questionEnd(packet.content()) : -1;
    if (end > 0) {
      reply(ctx, packet, end, FLAG_TRUNCATED);
    } else {
      packet.release();
    }
  }

  /** Sends the packet's first bytes back as a response. */
  private static void reply(
      ChannelHandlerContext ctx, DatagramPacket packet, int bytes, int flags) {
    ByteBuf data = packet.content();
    int asked = data.getUnsignedShort(data.readerIndex() + 2) & KEPT_FLAGS;
    ByteBuf answer = ctx.alloc().buffer(bytes);
    answer.writeBytes(data, data.readerIndex(), bytes);
    answer.setShort(2, FLAG_RESPONSE | asked | flags);
    answer.setShort(4, bytes > HEADER_BYTES ? 1 : 0);
    for (int count = 6; count < HEADER_BYTES; count += 2) {
      answer.setShort(count, 0);
    }
    var _ = ctx.writeAndFlush(new DatagramPacket(answer, packet.sender()));
    packet.release();
  }
}
