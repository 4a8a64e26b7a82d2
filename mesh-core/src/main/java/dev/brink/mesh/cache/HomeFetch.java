package dev.brink.mesh.cache;

import dev.brink.cache.HttpCache;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.LastAttempt;
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
  private final LastAttempt attempts = new LastAttempt();

  // Guarded by this.
  private @Nullable ResumedBody body;
  private boolean cancelled;

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
    attempts.began(1, fromHome);
  }

  @Override
  public void onInterim(HttpResponse head) {
    listener.onInterim(head);
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    listener.onResponse(head, body == null ? null : resumed(head, body), timing);
  }

  private ResumedBody resumed(HttpResponse head, Flow.Publisher<ByteBuf> fromHome) {
    var made = new ResumedBody(head, fromHome, call, direct);
    boolean unwanted;
    synchronized (this) {
      body = made;
      unwanted = cancelled;
    }
    if (unwanted) {
      made.stopResuming();
    }
    return made;
  }

  @Override
  public void onFailure(CallFailure failure) {
    if (attempts.cancelled() || failure.reach() == CallFailure.Reach.RAN) {
      listener.onFailure(failure);
      return;
    }
    attempts.began(2, direct.execute(call, ofSource));
  }

  @Override
  public void cancel() {
    ResumedBody under;
    synchronized (this) {
      cancelled = true;
      under = body;
    }
    // First, since a cancel of the home's call breaks the body.
    if (under != null) {
      under.stopResuming();
    }
    attempts.cancel();
  }
}
