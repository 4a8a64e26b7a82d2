package dev.brink.mesh.cache;

import dev.brink.cache.CacheResult;
import dev.brink.mesh.exchange.CallListener;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Brings the cache's answer to a peer, with the stamp that purges compare with. */
final class PeerAnswer extends ClientAnswer {
  static final AsciiString STAMP = AsciiString.cached("brink-stamp");

  /** In an interim response: whoever waits for the same at the peer need not. */
  static final AsciiString UNSHARED = AsciiString.cached("brink-unshared");

  /** With a stamp: for how many milliseconds the peer's question was here. */
  static final AsciiString TOOK = AsciiString.cached("brink-took");

  private final CallListener peer;
  private final long beganNanos = System.nanoTime();

  PeerAnswer(String node, MeshUpstream upstream, CallListener listener) {
    super(node, upstream, listener);
    this.peer = listener;
  }

  @Override
  public boolean forPeer() {
    return true;
  }

  @Override
  public void onUnshared() {
    var notice = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.PROCESSING);
    notice.headers().set(UNSHARED, "1");
    peer.onInterim(notice);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
    if (result.stamp() != 0) {
      head.headers().set(STAMP, result.stamp());
      head.headers().set(TOOK, (System.nanoTime() - beganNanos) / 1_000_000);
    }
    super.onResponse(head, body, result);
  }
}
