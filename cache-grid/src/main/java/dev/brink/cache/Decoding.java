package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import java.util.zip.DataFormatException;
import org.jspecify.annotations.Nullable;

/**
 * A body in gzip as what it is of, for one subscriber, no faster than that asks, 16 KiB at a time.
 * What is not gzip, or ends early, breaks off, and so does what turns into implausibly much, a
 * bomb.
 */
final class Decoding
    implements Flow.Publisher<ByteBuf>, Flow.Subscription, Flow.Subscriber<ByteBuf> {
  private static final long FREE_BYTES = 16 << 20;
  private static final long MAX_RATIO = 250;

  private final Flow.Publisher<ByteBuf> coded;
  private final Runnable onBroken;
  private final GzipReader decoder = new GzipReader();

  // Guarded by this.
  private long demand;
  private boolean running;
  private boolean again;
  private boolean ended;
  private boolean closed;
  private boolean asked;
  private boolean complete;
  private @Nullable ByteBuf input;
  private @Nullable Throwable failure;
  private Flow.@Nullable Subscription from;
  private Flow.@Nullable Subscriber<? super ByteBuf> to;

  // Of the thread that runs.
  private long read;
  private long written;

  /**
   * @param onBroken runs when it is not what was compressed, before the subscriber hears of it
   */
  Decoding(Flow.Publisher<ByteBuf> coded, Runnable onBroken) {
    this.coded = coded;
    this.onBroken = onBroken;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    synchronized (this) {
      if (to != null) {
        throw new IllegalStateException("body: subscribed twice (expected: one subscriber)");
      }
      to = subscriber;
      running = true;
    }
    subscriber.onSubscribe(this);
    coded.subscribe(this);
    synchronized (this) {
      running = false;
    }
    more();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      throw new IllegalArgumentException("n: " + n + " (expected: > 0)");
    }
    synchronized (this) {
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
    }
    more();
  }

  @Override
  public void cancel() {
    Flow.Subscription source;
    synchronized (this) {
      ended = true;
      source = from;
    }
    if (source != null) {
      source.cancel();
    }
    more();
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    boolean gone;
    synchronized (this) {
      from = subscription;
      gone = ended;
    }
    if (gone) {
      subscription.cancel();
    }
  }

  @Override
  public void onNext(ByteBuf bytes) {
    synchronized (this) {
      if (closed) {
        bytes.release();
        return;
      }
      input = bytes;
      asked = false;
    }
    more();
  }

  @Override
  public void onError(Throwable cause) {
    synchronized (this) {
      failure = cause;
    }
    more();
  }

  @Override
  public void onComplete() {
    synchronized (this) {
      complete = true;
    }
    more();
  }

  /** Delivers what is there and asked for; one thread at a time. */
  private void more() {
    synchronized (this) {
      if (running) {
        again = true;
        return;
      }
      running = true;
    }
    boolean on = true;
    while (on) {
      synchronized (this) {
        again = false;
      }
      boolean moved = step();
      synchronized (this) {
        on = moved || again;
        running = on;
      }
    }
  }

  /** One delivery or one step towards it; false when there is nothing to do now. */
  private boolean step() {
    Flow.Subscriber<? super ByteBuf> subscriber;
    synchronized (this) {
      subscriber = to;
      if (ended || subscriber == null) {
        close();
        return false;
      }
      if (demand == 0) {
        return false;
      }
    }
    try {
      return decode(subscriber);
    } catch (DataFormatException e) {
      onBroken.run();
      fail(subscriber, e);
      return false;
    } catch (RuntimeException e) {
      fail(subscriber, e);
      return false;
    }
  }

  /** Decodes what is there, or asks for more, or is at the end. */
  private boolean decode(Flow.Subscriber<? super ByteBuf> subscriber) throws DataFormatException {
    ByteBuf present;
    synchronized (this) {
      present = input;
    }
    if (present == null) {
      return feed(subscriber);
    }
    int before = present.readableBytes();
    ByteBuf piece = decoder.read(present);
    read += before - present.readableBytes();
    if (piece != null) {
      deliver(subscriber, piece);
      return true;
    }
    synchronized (this) {
      input = null;
    }
    present.release();
    return true;
  }

  private void deliver(Flow.Subscriber<? super ByteBuf> subscriber, ByteBuf piece) {
    written += piece.readableBytes();
    if (written > FREE_BYTES && written > MAX_RATIO * read) {
      piece.release();
      throw new IllegalStateException(
          "body: "
              + written
              + " bytes of "
              + read
              + " in gzip (expected: at most "
              + MAX_RATIO
              + " times as many)");
    }
    synchronized (this) {
      demand--;
    }
    subscriber.onNext(piece);
  }

  /** Asks for more, once; false in any case. */
  private boolean feed(Flow.Subscriber<? super ByteBuf> subscriber) throws DataFormatException {
    Flow.Subscription source = null;
    boolean over;
    Throwable cause;
    synchronized (this) {
      over = complete;
      cause = failure;
      if (!over && cause == null && !asked) {
        asked = true;
        source = from;
      }
    }
    if (cause != null) {
      fail(subscriber, cause);
    } else if (over) {
      finish(subscriber);
    } else if (source != null) {
      source.request(1);
    }
    return false;
  }

  private void finish(Flow.Subscriber<? super ByteBuf> subscriber) throws DataFormatException {
    decoder.checkEnd();
    synchronized (this) {
      ended = true;
    }
    close();
    subscriber.onComplete();
  }

  private void fail(Flow.Subscriber<? super ByteBuf> subscriber, Throwable cause) {
    Flow.Subscription source;
    synchronized (this) {
      ended = true;
      source = from;
    }
    if (source != null) {
      source.cancel();
    }
    close();
    subscriber.onError(cause);
  }

  private void close() {
    ByteBuf left;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      left = input;
      input = null;
    }
    if (left != null) {
      left.release();
    }
    decoder.close();
  }
}
