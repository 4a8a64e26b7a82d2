package dev.brink.mesh.cache;

import dev.brink.cache.FetchFailure;
import dev.brink.cache.Upstream;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
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
    long stamp = taken(head, PeerAnswer.STAMP);
    long tookMillis = taken(head, PeerAnswer.TOOK);
    if (stamp != 0) {
      countOnce(head, tookMillis / 1000);
    }
    listener.onResponse(head, body, stamp);
  }

  /** What a node says in a field, which is removed; 0: it says nothing, or it is no node. */
  private long taken(HttpResponse head, AsciiString field) {
    String text = head.headers().get(field, "");
    head.headers().remove(field);
    return ofNode && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  /**
   * Takes the time at the node, which its {@code Age} has in it, out of that: the cache adds the
   * whole time of its question (RFC 9111, section 4.2.3), and of one mesh both would count it.
   */
  private static void countOnce(HttpResponse head, long tookSeconds) {
    String age = head.headers().get(HttpHeaderNames.AGE, "");
    if (tookSeconds > 0 && age.matches("[0-9]{1,18}")) {
      head.headers().set(HttpHeaderNames.AGE, Math.max(0, Long.parseLong(age) - tookSeconds));
    }
  }

  @Override
  public void onFailure(CallFailure failure) {
    listener.onFailure(
        new FetchFailure(failure.problem().status(), failure.problem().detail(), failure));
  }
}
