package dev.brink.mesh.link;

import dev.brink.mesh.proto.LoadBeat;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Hears a peer's load reports, as {@link BeatWriter} writes them, and passes each on with the whole
 * warm set; loses the link when one is unreadable.
 */
final class BeatListener extends ByteToMessageDecoder {
  private static final int MAX_BYTES = 1 << 20;
  private static final int MAX_WARM = MAX_BYTES / Long.BYTES;

  private final String node;
  private final LinkListener listener;
  private final ControlTraffic traffic;
  private @Nullable List<Long> warm;

  BeatListener(String node, LinkListener listener, ControlTraffic traffic) {
    this.node = node;
    this.listener = listener;
    this.traffic = traffic;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof Http2DataFrame data) {
      traffic.receivedData(data.content().readableBytes());
      super.channelRead(ctx, data.content());
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws IOException {
    if (in.readableBytes() < 4) {
      return;
    }
    int size = in.getInt(in.readerIndex());
    if (size < 0 || size > MAX_BYTES) {
      throw new IOException(
          "load report: " + size + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    if (in.readableBytes() >= 4 + size) {
      in.skipBytes(4);
      listener.load(node, whole(LoadBeat.parseFrom(in.readSlice(size).nioBuffer())));
    }
  }

  private LoadBeat whole(LoadBeat beat) throws IOException {
    if (beat.getWarmFollows()) {
      warm = beat.getWarmList();
      return beat;
    }
    List<Long> now = warm;
    if (now == null) {
      return beat;
    }
    if (beat.getWarmAddedCount() + beat.getWarmRemovedCount() > 0) {
      now = changed(now, beat);
      warm = now;
    }
    return beat.toBuilder()
        .clearWarmAdded()
        .clearWarmRemoved()
        .addAllWarm(now)
        .setWarmFollows(true)
        .build();
  }

  private static List<Long> changed(List<Long> before, LoadBeat beat) throws IOException {
    NavigableSet<Long> now = new TreeSet<>(before);
    beat.getWarmRemovedList().forEach(now::remove);
    now.addAll(beat.getWarmAddedList());
    if (now.size() > MAX_WARM) {
      throw new IOException(
          "load report: " + now.size() + " warm versions (expected: at most " + MAX_WARM + ")");
    }
    return List.copyOf(now);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.channel().parent().close();
  }
}
