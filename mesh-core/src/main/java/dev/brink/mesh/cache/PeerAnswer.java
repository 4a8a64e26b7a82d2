package dev.brink.mesh.cache;

import dev.brink.cache.CacheResult;
import dev.brink.mesh.exchange.CallListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Brings the cache's answer to a peer, with the stamp that purges compare with. */
final class PeerAnswer extends ClientAnswer {
  static final AsciiString STAMP = AsciiString.cached("brink-stamp");

  PeerAnswer(String node, MeshUpstream upstream, CallListener listener) {
    super(node, upstream, listener);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
    if (result.stamp() != 0) {
      head.headers().set(STAMP, result.stamp());
    }
    super.onResponse(head, body, result);
  }
}
