package dev.brink.mesh.cache;

import dev.brink.cache.FetchFailure;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes on to the cache what comes, and where its time went. What caches tell each other in fields
 * is believed of a node only, and taken out in any case.
 */
final class Answering implements CallListener {
  private final Upstream.Listener listener;
  private final boolean ofNode;
  private final Consumer<CallTiming> timing;

  /**
   * @param ofNode whether a node answers, and not the source
   */
  Answering(Upstream.Listener listener, boolean ofNode, Consumer<CallTiming> timing) {
    this.listener = listener;
    this.ofNode = ofNode;
    this.timing = timing;
  }

  @Override
  public void onInterim(HttpResponse head) {
    boolean unshared = head.headers().contains(PeerAnswer.UNSHARED);
    head.headers().remove(PeerAnswer.UNSHARED);
    if (unshared && ofNode) {
      listener.onUnshared();
    } else {
      listener.onInterim(head);
    }
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming spent) {
    timing.accept(spent);
    String stamp = head.headers().get(PeerAnswer.STAMP, "");
    head.headers().remove(PeerAnswer.STAMP);
    boolean believed = ofNode && stamp.matches("[0-9]{1,18}");
    listener.onResponse(head, body, believed ? Long.parseLong(stamp) : 0);
  }

  @Override
  public void onFailure(CallFailure failure) {
    listener.onFailure(
        new FetchFailure(failure.problem().status(), failure.problem().detail(), failure));
  }
}
