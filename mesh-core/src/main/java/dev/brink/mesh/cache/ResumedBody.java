package dev.brink.mesh.cache;

import dev.brink.cache.field.EntityTags;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.LastAttempt;
import dev.brink.mesh.http.Discard;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A body from a key's home that goes on from the source when the home is lost in the middle of it:
 * if that has the same strong entity tag and length, what came already is skipped; else the body
 * breaks off, and nobody takes it for whole.
 */
final class ResumedBody
    implements Flow.Publisher<ByteBuf>, Flow.Subscriber<ByteBuf>, Flow.Subscription, CallListener {
  private final String etag;
  private final String length;
  private final Flow.Publisher<ByteBuf> fromHome;
  private final Call call;
  private final Direct direct;
  private final LastAttempt resumption = new LastAttempt();

  // Guarded by this.
  private Flow.@Nullable Subscriber<? super ByteBuf> subscriber;
  private Flow.@Nullable Subscription source;
  private long demand;
  private long passed;
  private long skip;
  private boolean resumed;
  private boolean cancelled;
  private @Nullable Throwable broken;

  /** Whether the source is asked and has not answered. */
  private boolean asking;

  ResumedBody(HttpResponse head, Flow.Publisher<ByteBuf> fromHome, Call call, Direct direct) {
    this.etag = head.status().code() == 200 ? head.headers().get(HttpHeaderNames.ETAG, "") : "";
    this.length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH, "");
    this.fromHome = fromHome;
    this.call = call;
    this.direct = direct;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> newSubscriber) {
    synchronized (this) {
      subscriber = newSubscriber;
    }
    newSubscriber.onSubscribe(this);
    fromHome.subscribe(this);
  }

  private synchronized Flow.Subscriber<? super ByteBuf> to() {
    if (subscriber == null) {
      throw new IllegalStateException("body: nobody subscribed");
    }
    return subscriber;
  }

  @Override
  public void request(long n) {
    Flow.Subscription from;
    synchronized (this) {
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
      from = source;
    }
    if (from != null) {
      from.request(n);
    }
  }

  @Override
  public void cancel() {
    Flow.Subscription from;
    synchronized (this) {
      cancelled = true;
      asking = false;
      from = source;
    }
    if (from != null) {
      from.cancel();
    }
    resumption.cancel();
  }

  /** Whoever had it fetched wants no more of it: where it breaks, or is broken, it ends. */
  void stopResuming() {
    synchronized (this) {
      resumed = true;
    }
    resumption.cancel();
    if (answered()) {
      fail();
    }
  }

  /** Whether the source was waited for until now, which then is over. */
  private synchronized boolean answered() {
    boolean waited = asking;
    asking = false;
    return waited;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    long wanted;
    boolean gone;
    synchronized (this) {
      source = subscription;
      wanted = demand;
      gone = cancelled;
    }
    if (gone) {
      subscription.cancel();
    } else if (wanted > 0) {
      subscription.request(wanted);
    }
  }

  @Override
  public void onNext(ByteBuf bytes) {
    Flow.Subscription more = null;
    ByteBuf rest = bytes;
    synchronized (this) {
      if (skip > 0) {
        int skipped = (int) Math.min(skip, bytes.readableBytes());
        bytes.skipBytes(skipped);
        skip -= skipped;
        if (!bytes.isReadable()) {
          rest = null;
          more = source;
        }
      }
      if (rest != null) {
        passed += rest.readableBytes();
        demand = demand == Long.MAX_VALUE ? demand : demand - 1;
      }
    }
    if (rest != null) {
      to().onNext(rest);
      return;
    }
    bytes.release();
    if (more != null) {
      more.request(1);
    }
  }

  @Override
  public void onComplete() {
    to().onComplete();
  }

  @Override
  public void onError(Throwable cause) {
    boolean again;
    synchronized (this) {
      again = !resumed && !cancelled && EntityTags.isStrong(etag) && !length.isEmpty();
      resumed = true;
      broken = cause;
      source = null;
      asking = again;
    }
    if (again) {
      resumption.began(1, direct.execute(call, this));
    } else {
      to().onError(cause);
    }
  }

  @Override
  public void onResponse(
      HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
    if (!answered()) {
      Discard.response(head, body);
      return;
    }
    boolean same =
        head.status().code() == 200
            && EntityTags.strongMatch(etag, head.headers().get(HttpHeaderNames.ETAG))
            && length.equals(length(head));
    synchronized (this) {
      skip = passed;
    }
    if (same && head instanceof FullHttpResponse full) {
      ByteBuf content = full.content();
      content.skipBytes((int) Math.min(passed(), content.readableBytes()));
      if (content.isReadable()) {
        to().onNext(content);
      } else {
        full.release();
      }
      to().onComplete();
    } else if (same && body != null) {
      body.subscribe(this);
    } else {
      ReferenceCountUtil.release(head);
      if (body != null) {
        cancel();
        body.subscribe(this);
      }
      fail();
    }
  }

  private static String length(HttpResponse head) {
    return head instanceof FullHttpResponse full
        ? Integer.toString(full.content().readableBytes())
        : head.headers().get(HttpHeaderNames.CONTENT_LENGTH, "");
  }

  private synchronized long passed() {
    return passed;
  }

  @Override
  public void onFailure(CallFailure failure) {
    if (answered()) {
      fail();
    }
  }

  private void fail() {
    Throwable cause;
    synchronized (this) {
      cause = broken;
    }
    to().onError(
            cause == null
                ? new ProblemException(Problem.of(502, "peer-lost", "the body broke off"))
                : cause);
  }
}
