package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.brink.grid.Throttle;
import dev.brink.mesh.http.BodyPipe;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks one server again and again how it is: {@code GET path} on a connection of its own, well when
 * the status is 2xx or 3xx in time. At most one check at a time; intervals vary by a fifth, so that
 * nodes don't ask in step. Everything on its event loop but {@link #start} and {@link #stop}.
 */
final class HealthProbe
    implements Connector.Callback, UpstreamConnection.Owner, UpstreamExchange.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(HealthProbe.class);

  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));
  private final Upstream upstream;
  private final EventLoop loop;
  private final PoolSettings.Check check;
  private final String host;
  private final Listener listener;
  private volatile boolean stopped;
  private @Nullable Future<?> timer;
  private @Nullable UpstreamConnection connection;
  private long startedNanos;
  private boolean reported;

  /** Hears of checks. */
  interface Listener {
    void checked(Upstream upstream, boolean well);
  }

  /**
   * @param host what {@code Host} says
   */
  HealthProbe(
      Upstream upstream, EventLoop loop, PoolSettings.Check check, String host, Listener listener) {
    this.upstream = upstream;
    this.loop = loop;
    this.check = check;
    this.host = host;
    this.listener = listener;
  }

  /** Begins, at a random moment of the first interval. */
  void start() {
    loop.execute(() -> schedule(ThreadLocalRandom.current().nextLong(check.intervalNanos())));
  }

  /** No more checks; one under way is broken off. */
  void stop() {
    stopped = true;
    loop.execute(
        () -> {
          if (timer != null) {
            timer.cancel(false);
          }
          if (connection != null) {
            connection.close();
          }
        });
  }

  private void schedule(long nanos) {
    if (!stopped) {
      timer = loop.schedule(this::probe, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void probe() {
    startedNanos = System.nanoTime();
    reported = false;
    upstream.connector().open(loop, timeoutNanos(), this, this);
  }

  private long timeoutNanos() {
    return TimeUnit.MILLISECONDS.toNanos(check.timeoutMillis());
  }

  @Override
  public void opened(UpstreamConnection newConnection) {
    connection = newConnection;
    if (stopped) {
      newConnection.close();
      return;
    }
    String text =
        "GET %s HTTP/1.1\r\nhost: %s\r\nuser-agent: brink-health-check\r\naccept: */*\r\n"
                .formatted(check.path(), host)
            + "connection: close\r\n\r\n";
    ByteBuf head = newConnection.channel().alloc().buffer(text.length());
    head.writeCharSequence(text, ISO_8859_1);
    var request =
        new OutgoingRequest(
            head,
            false,
            false,
            null,
            0,
            timeoutNanos(),
            startedNanos,
            startedNanos + timeoutNanos());
    new UpstreamExchange(newConnection, request, this).start();
  }

  @Override
  public void openFailed(Fault fault, Throwable cause) {
    report(false);
  }

  @Override
  public void responded(HttpResponse head, @Nullable BodyPipe body) {
    int code = head.status().code();
    ReferenceCountUtil.release(head);
    if (body != null) {
      body.cancel();
    }
    report(code >= 200 && code < 400);
  }

  @Override
  public void switched(HttpResponse head, UpstreamConnection switchedConnection) {
    switchedConnection.close();
    report(false);
  }

  @Override
  public void failed(Fault fault, @Nullable Throwable cause, boolean touched) {
    report(false);
  }

  @Override
  public void ended(UpstreamExchange.End end) {
    // The status has said it all.
  }

  private void report(boolean well) {
    if (reported || stopped) {
      return;
    }
    reported = true;
    try {
      listener.checked(upstream, well);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      // The next check comes whatever this one's outcome meets.
      if (complaints.permits()) {
        LOG.error("origin {}: a check was not counted", upstream.address().id(), e);
      }
    }
    double factor = 0.8 + ThreadLocalRandom.current().nextDouble() * 0.4;
    long next = (long) (check.intervalNanos() * factor) - (System.nanoTime() - startedNanos);
    schedule(Math.max(check.intervalNanos() / 10, next));
  }

  @Override
  public void free(UpstreamConnection freeConnection) {
    freeConnection.close();
  }

  @Override
  public void closed(UpstreamConnection closedConnection) {
    if (connection == closedConnection) {
      connection = null;
    }
  }
}
