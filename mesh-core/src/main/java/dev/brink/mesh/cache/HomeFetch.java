package dev.brink.mesh.cache;

import dev.brink.cache.HttpCache;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A fetch from a key's home. When the home can't be reached or is lost, the source is asked
 * instead; a body that broke off is gone on with, if the source says that it is the same.
 */
final class HomeFetch implements CallListener, HttpCache.Running {
  private final Call call;
  private final Direct direct;
  private final CallListener listener;
  private final CallListener ofSource;
  private volatile Executor.@Nullable Running running;
  private volatile boolean cancelled;
  private volatile boolean instead;

  /**
   * @param listener told what the home answers
   * @param ofSource told what the source answers when it is asked instead
   */
  HomeFetch(Call call, Direct direct, CallListener listener, CallListener ofSource) {
    this.call = call;
    this.direct = direct;
    this.listener = listener;
    this.ofSource = ofSource;
  }

  /** The fetch from the home is under way, or over. */
  void started(Executor.Running fromHome) {
    if (!instead) {
      running = fromHome;
    }
    if (cancelled) {
      fromHome.cancel();
    }
  }

  @Override
  public void onInterim(HttpResponse head) {
    listener.onInterim(head);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    listener.onResponse(
        head, body == null ? null : new ResumedBody(head, body, call, direct), timing);
  }

  @Override
  public void onFailure(CallFailure failure) {
    if (cancelled || failure.reach() == CallFailure.Reach.RAN) {
      listener.onFailure(failure);
      return;
    }
    instead = true;
    running = direct.execute(call, ofSource);
    if (cancelled) {
      cancel();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    Executor.Running current = running;
    if (current != null) {
      current.cancel();
    }
  }
}
