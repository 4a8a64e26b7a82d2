package dev.brink.mesh.cache;

import dev.brink.cache.CacheListener;
import dev.brink.cache.CacheResult;
import dev.brink.cache.FetchFailure;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Brings the cache's answer to the listener of a call. */
class ClientAnswer implements CacheListener {
  private final CallListener listener;
  private final MeshUpstream upstream;
  private final CallTiming own;

  /**
   * @param node this one
   */
  ClientAnswer(String node, MeshUpstream upstream, CallListener listener) {
    this.listener = listener;
    this.upstream = upstream;
    this.own = new CallTiming(node, false, 0, 0, 0, 0);
  }

  @Override
  public void onInterim(HttpResponse head) {
    listener.onInterim(head);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
    listener.onResponse(head, body, timing(result));
  }

  /** Where the time of an answer went: what is served from here took none elsewhere. */
  private CallTiming timing(CacheResult result) {
    CallTiming fetched = upstream.timing();
    return switch (result.outcome()) {
      case HIT, STALE -> {
        upstream.hit(result.first());
        yield own;
      }
      case REVALIDATED, MISS, BYPASS -> fetched == null ? own : fetched;
    };
  }

  @Override
  public void onFailure(FetchFailure failure) {
    listener.onFailure(
        failure.cause() instanceof CallFailure known
            ? known
            : new CallFailure(
                Problem.of(failure.status(), "not-cached", failure.detail()),
                CallFailure.Reach.NOT_STARTED));
  }
}
