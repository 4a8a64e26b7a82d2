package dev.brink.mesh.cache;

import dev.brink.cache.HttpCache;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.http.Discard;
import dev.brink.mesh.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a new home lacks from the node that was the home before, if that has it at hand; the
 * source is asked if it has not, or does not say so soon.
 */
final class TakingOver implements CallListener, HttpCache.Running {
  /** What a node costs that does not answer. */
  static final long FIRST_BYTE_MILLIS = 250;

  private final HomeFetch fetch;
  private final Runnable late;

  // Guarded by this.
  private boolean decided;
  private boolean cancelled;
  private Executor.@Nullable Running peer;

  /**
   * @param fetch told what becomes of it
   * @param late run when there was no answer in time
   */
  TakingOver(HomeFetch fetch, Runnable late) {
    this.fetch = fetch;
    this.late = late;
  }

  /** The node before was asked, or has even answered. */
  void started(Executor.Running fromPeer) {
    synchronized (this) {
      peer = fromPeer;
    }
    fetch.started(fromPeer);
    var _ =
        CompletableFuture.runAsync(
            this::late,
            CompletableFuture.delayedExecutor(FIRST_BYTE_MILLIS, TimeUnit.MILLISECONDS));
  }

  private synchronized boolean decide() {
    boolean first = !decided;
    decided = true;
    return first;
  }

  private void late() {
    Executor.Running slow;
    boolean unwanted;
    synchronized (this) {
      slow = peer;
      unwanted = cancelled;
    }
    if (decide()) {
      if (!unwanted) {
        late.run();
      }
      askSource();
      if (slow != null) {
        slow.cancel();
      }
    }
  }

  private void askSource() {
    fetch.onFailure(
        new CallFailure(
            Problem.of(504, "not-cached", "the home before has nothing at hand"),
            CallFailure.Reach.NOT_STARTED));
  }

  @Override
  public void onInterim(HttpResponse head) {
    // Of what is stored there are none.
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    boolean stored = head.headers().contains(PeerAnswer.STAMP) && head.status().code() < 500;
    boolean first = decide();
    if (first && stored) {
      fetch.onResponse(head, body, timing);
      return;
    }
    Discard.response(head, body);
    if (first) {
      askSource();
    }
  }

  @Override
  public void onFailure(CallFailure failure) {
    if (decide()) {
      askSource();
    }
  }

  @Override
  public void cancel() {
    synchronized (this) {
      cancelled = true;
    }
    fetch.cancel();
  }
}
