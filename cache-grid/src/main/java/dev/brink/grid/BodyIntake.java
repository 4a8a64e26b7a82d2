package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Takes a value from a publisher and cuts it into chunks, for one thread that waits for them. */
final class BodyIntake implements Flow.Subscriber<ByteBuf> {
  private static final int WINDOW = 4;

  /** How much is made ready for a value that may be small. */
  private static final int FIRST_BYTES = 4 << 10;

  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final long maxBytes;
  private final Uploads.Upload upload;
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean done;
  private long taken;
  private boolean ended;
  private @Nullable ByteBuf rest;

  private sealed interface Event {
    record Bytes(ByteBuf buffer) implements Event {}

    record End() implements Event {}

    record Failure(Throwable cause) implements Event {}

    record Refusal() implements Event {}
  }

  /**
   * An intake.
   *
   * @param upload holds what has arrived; closed with the intake, or when this throws
   */
  BodyIntake(Flow.Publisher<ByteBuf> value, long maxBytes, Uploads.Upload upload) {
    this.maxBytes = maxBytes;
    this.upload = upload;
    if (!upload.isOpen()) {
      events.add(new Event.Refusal());
    }
    boolean subscribed = false;
    try {
      value.subscribe(this);
      subscribed = true;
    } finally {
      if (!subscribed) {
        upload.close();
      }
    }
  }

  /**
   * The next bytes: as many as asked for, or fewer at the end; none after it. Waits.
   *
   * @throws ValueTooLargeException when more came than may
   */
  byte[] next(int size, Deadline deadline) {
    byte[] chunk = new byte[Math.min(size, FIRST_BYTES)];
    int filled = 0;
    while (filled < size && (hasRest() || !ended)) {
      if (filled == chunk.length) {
        chunk = Arrays.copyOf(chunk, Math.min(size, 4 * chunk.length));
      }
      int length = take(chunk, filled);
      filled += length;
      if (length == 0) {
        await(deadline);
      }
    }
    return filled == chunk.length ? chunk : Arrays.copyOf(chunk, filled);
  }

  private synchronized boolean hasRest() {
    return rest != null;
  }

  /** Takes bytes of the buffer at hand; returns how many. */
  private synchronized int take(byte[] chunk, int at) {
    ByteBuf from = rest;
    if (from == null) {
      return 0;
    }
    int length = Math.min(chunk.length - at, from.readableBytes());
    from.readBytes(chunk, at, length);
    if (!from.isReadable()) {
      from.release();
      rest = null;
    }
    return length;
  }

  /** So many bytes are not held any more. */
  void stored(int bytes) {
    upload.letGo(bytes);
  }

  private void await(Deadline deadline) {
    Event event;
    try {
      event = events.poll();
      if (event == null) {
        event = events.poll(deadline.leftMillis(), TimeUnit.MILLISECONDS);
      }
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
      case Event.Refusal _ ->
          throw KeyValueCalls.unavailable(
              Reason.BUSY, "too many values of the tenant are on their way", null);
      case Event.Bytes(ByteBuf buffer) -> {
        taken += buffer.readableBytes();
        rest(buffer);
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

  private synchronized void rest(ByteBuf buffer) {
    if (done || !buffer.isReadable()) {
      buffer.release();
    } else {
      rest = buffer;
    }
  }

  /** Lets go of what was not taken. Any thread may call it, more than once. */
  void close() {
    done = true;
    upload.close();
    Flow.Subscription upstream = subscription;
    if (upstream != null && !ended) {
      upstream.cancel();
    }
    letGo();
    drain();
  }

  private synchronized void letGo() {
    ByteBuf left = rest;
    if (left != null) {
      left.release();
      rest = null;
    }
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
    if (upload.hold(buffer.readableBytes())) {
      events.add(new Event.Bytes(buffer));
    } else {
      buffer.release();
      events.add(new Event.Refusal());
    }
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
