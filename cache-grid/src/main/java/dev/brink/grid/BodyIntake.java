package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes a value from a publisher and cuts it into chunks, for one thread that waits for them. */
final class BodyIntake implements Flow.Subscriber<ByteBuf> {
  private static final int WINDOW = 4;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final long maxBytes;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean done;
  private long taken;
  private boolean ended;
  private @Nullable ByteBuf rest;

  private sealed interface Event {
    record Bytes(ByteBuf buffer) implements Event {}

    record End() implements Event {}

    record Failure(Throwable cause) implements Event {}
  }

  BodyIntake(Flow.Publisher<ByteBuf> value, long maxBytes) {
    this.maxBytes = maxBytes;
    value.subscribe(this);
  }

  /**
   * The next bytes: as many as asked for, or fewer at the end; none after it. Waits.
   *
   * @throws ValueTooLargeException when more came than may
   */
  byte[] next(int size, Deadline deadline) {
    byte[] chunk = new byte[size];
    int filled = 0;
    while (filled < size) {
      ByteBuf from = rest;
      if (from == null) {
        if (ended) {
          break;
        }
        await(deadline);
        continue;
      }
      int length = Math.min(size - filled, from.readableBytes());
      from.readBytes(chunk, filled, length);
      filled += length;
      if (!from.isReadable()) {
        from.release();
        rest = null;
      }
    }
    return filled == size ? chunk : java.util.Arrays.copyOf(chunk, filled);
  }

  private void await(Deadline deadline) {
    Event event;
    try {
      event = events.poll(deadline.leftMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KeyValueCalls.unavailable(Reason.STOPPED, "interrupted", e);
    }
    switch (event) {
      case null ->
          throw KeyValueCalls.unavailable(Reason.TIMEOUT, "the value did not arrive in time", null);
      case Event.End _ -> ended = true;
      case Event.Failure(Throwable cause) ->
          throw new GridException("the value ended early: " + cause.getMessage(), cause);
      case Event.Bytes(ByteBuf buffer) -> {
        taken += buffer.readableBytes();
        rest = buffer;
        if (taken > maxBytes) {
          throw new ValueTooLargeException(maxBytes);
        }
        Flow.Subscription upstream = subscription;
        if (upstream != null) {
          upstream.request(1);
        }
      }
    }
  }

  /** Lets go of what was not taken. */
  void close() {
    done = true;
    Flow.Subscription upstream = subscription;
    if (upstream != null && !ended) {
      upstream.cancel();
    }
    ByteBuf left = rest;
    if (left != null) {
      left.release();
      rest = null;
    }
    drain();
  }

  private void drain() {
    for (Event event = events.poll(); event != null; event = events.poll()) {
      if (event instanceof Event.Bytes(ByteBuf buffer)) {
        buffer.release();
      }
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription upstream) {
    subscription = upstream;
    if (done) {
      upstream.cancel();
    } else {
      upstream.request(WINDOW);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    events.add(new Event.Bytes(buffer));
    if (done) {
      drain();
    }
  }

  @Override
  public void onError(Throwable failure) {
    events.add(new Event.Failure(failure));
  }

  @Override
  public void onComplete() {
    events.add(new Event.End());
  }
}
