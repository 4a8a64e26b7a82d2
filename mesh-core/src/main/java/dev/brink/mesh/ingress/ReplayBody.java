package dev.brink.mesh.ingress;

import dev.brink.mesh.http.BodyPipe;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A request's body that can be sent more than once: until a receiver has accepted the call, what
 * was read is kept, up to a bound, and no more is read beyond it.
 *
 * <p>Thread-safe. The source is not read before a try is subscribed to.
 */
final class ReplayBody implements Flow.Subscriber<ByteBuf> {
  /** Bytes kept, and read, before a receiver has accepted. */
  static final int LIMIT_BYTES = 64 * 1024;

  private final Flow.Publisher<ByteBuf> source;
  private final List<ByteBuf> kept = new ArrayList<>();
  private long keptBytes;
  private Flow.@Nullable Subscription subscription;
  private @Nullable BodyPipe current;
  private @Nullable Try latest;
  private Tries tries = Tries.POSSIBLE;
  private Reading reading = Reading.NOT_BEGUN;
  private @Nullable Throwable failure;

  /** Whether it may be sent again. */
  private enum Tries {
    POSSIBLE,
    /** The latest one is the last. */
    OVER,
    /** Nor is the rest wanted by that one. */
    ABANDONED
  }

  /** How far the source is read. */
  private enum Reading {
    NOT_BEGUN,
    /** Something was asked for. */
    ASKED,
    /** Nothing is asked for as long as the latest try, or what is kept, has no room. */
    PAUSED,
    ENDED
  }

  ReplayBody(Flow.Publisher<ByteBuf> source) {
    this.source = source;
  }

  /** The body for one more try, from its beginning. The try before gets no more of it. */
  Flow.Publisher<ByteBuf> next() {
    BodyPipe pipe;
    synchronized (this) {
      if (tries != Tries.POSSIBLE) {
        throw new IllegalStateException("the body was accepted: it cannot be sent again");
      }
      closeUnread();
      latest = new Try();
      pipe = new BodyPipe(BodyPipe.DEFAULT_HIGH_WATER_BYTES, latest);
      current = pipe;
      for (ByteBuf buffer : kept) {
        pipe.offer(buffer.retainedDuplicate());
      }
      end(pipe);
    }
    return subscriber -> {
      pipe.subscribe(subscriber);
      start();
    };
  }

  private void start() {
    boolean first;
    synchronized (this) {
      first = reading == Reading.NOT_BEGUN;
      if (first) {
        reading = Reading.ASKED;
      }
    }
    if (first) {
      source.subscribe(this);
    }
  }

  /** The receiver will not refuse any more: nothing more is kept. */
  void accept() {
    Flow.Subscription from = null;
    boolean unwanted;
    synchronized (this) {
      if (tries != Tries.POSSIBLE) {
        return;
      }
      tries = Tries.OVER;
      release();
      unwanted = latest != null && latest.over;
      if (!unwanted) {
        from = resumed();
      }
    }
    if (unwanted) {
      abandon();
    } else if (from != null) {
      from.request(1);
    }
  }

  /** Whether another try can have the whole body. */
  synchronized boolean replayable() {
    return tries == Tries.POSSIBLE && failure == null;
  }

  /** There will be no more tries: what is not read is not wanted. */
  void abandon() {
    Flow.Subscription from;
    synchronized (this) {
      tries = Tries.ABANDONED;
      release();
      closeUnread();
      from = reading == Reading.ENDED ? null : subscription;
    }
    if (from != null) {
      from.cancel();
    }
  }

  /** A try that nobody has subscribed to gets nothing. */
  private void closeUnread() {
    BodyPipe pipe = current;
    if (pipe != null && !pipe.subscribed()) {
      pipe.close(new IllegalStateException("body: not wanted any more"));
    }
  }

  private void release() {
    kept.forEach(ByteBuf::release);
    kept.clear();
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    boolean over;
    synchronized (this) {
      subscription = newSubscription;
      over = tries == Tries.ABANDONED;
    }
    if (over) {
      newSubscription.cancel();
    } else {
      newSubscription.request(1);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    boolean more;
    Flow.Subscription from;
    synchronized (this) {
      if (tries == Tries.POSSIBLE) {
        kept.add(buffer.retainedDuplicate());
        keptBytes += buffer.readableBytes();
      }
      boolean room = current != null && current.offer(buffer);
      more = room && mayRead();
      reading = more ? Reading.ASKED : Reading.PAUSED;
      from = subscription;
    }
    if (more && from != null) {
      from.request(1);
    }
  }

  private boolean mayRead() {
    return tries != Tries.POSSIBLE || keptBytes < LIMIT_BYTES;
  }

  /** Goes on reading. What to ask for more, if that was not done already. */
  private Flow.@Nullable Subscription resumed() {
    if (reading != Reading.PAUSED || !mayRead()) {
      return null;
    }
    reading = Reading.ASKED;
    return subscription;
  }

  @Override
  public synchronized void onComplete() {
    reading = Reading.ENDED;
    end(current);
  }

  @Override
  public synchronized void onError(Throwable cause) {
    reading = Reading.ENDED;
    failure = cause;
    end(current);
  }

  private void end(@Nullable BodyPipe pipe) {
    if (pipe == null || reading != Reading.ENDED) {
      return;
    }
    if (failure == null) {
      pipe.complete();
    } else {
      pipe.fail(failure);
    }
  }

  /** Hears from one try's pipe: of those before the latest nothing is heard any more. */
  private final class Try implements BodyPipe.Source {
    /** Whether its receiver wants no more. */
    boolean over;

    @Override
    public void drained() {
      Flow.Subscription from;
      synchronized (ReplayBody.this) {
        from = equals(latest) ? resumed() : null;
      }
      if (from != null) {
        from.request(1);
      }
    }

    /** The receiver does not want the rest. */
    @Override
    public void cancelled() {
      boolean last;
      synchronized (ReplayBody.this) {
        over = true;
        last = tries != Tries.POSSIBLE && equals(latest);
      }
      if (last) {
        abandon();
      }
    }
  }
}
