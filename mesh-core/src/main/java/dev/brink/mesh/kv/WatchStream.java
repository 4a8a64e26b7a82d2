package dev.brink.mesh.kv;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.BindingReply;
import dev.brink.grid.KeyListener;
import dev.brink.grid.KeyValue;
import dev.brink.grid.KeyWatch;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.KvChange;
import dev.brink.mesh.wire.AdminJson;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A function's watch: what changes as lines of JSON, whole in each buffer, for one subscriber. What
 * comes faster than it is asked for is merged by key and, beyond {@value #MAX_KEYS} keys or {@value
 * #MAX_CHARS} characters of them, given up and said to be missed. Ends when it is cancelled.
 */
final class WatchStream implements Flow.Publisher<ByteBuf>, Flow.Subscription, KeyListener {
  static final int MAX_KEYS = 1_000;
  private static final int MAX_CHARS = 128 << 10;
  private static final int BUFFER_CHARS = 8 << 10;

  private final WatchPlaces.Place place;
  private final Map<String, @Nullable Stamp> waiting = new LinkedHashMap<>();
  private final AtomicInteger work = new AtomicInteger();
  private int waitingChars;

  /** More has changed than what waits; told after that. */
  private boolean missed;

  private long demand;
  private boolean cancelled;
  private @Nullable KeyWatch watch;
  private volatile Flow.@Nullable Subscriber<? super ByteBuf> subscriber;

  private WatchStream(WatchPlaces.Place place) {
    this.place = place;
  }

  /**
   * Begins a watch; its reply comes when every later change will be told.
   *
   * @param within how long that may take
   * @throws BindingException when there are too many
   */
  static CompletionStage<BindingReply> begin(
      WatchPlaces places, BindingCall call, KeyValue keys, String prefix, Duration within) {
    WatchPlaces.Place place = places.take(keys.namespace().tenant(), call);
    var stream = new WatchStream(place);
    KeyWatch watch;
    try {
      watch = keys.watch(prefix, stream);
    } catch (IllegalStateException e) {
      place.close();
      throw places.refusal(WatchPlaces.Limit.NODE);
    } catch (RuntimeException e) {
      place.close();
      throw e;
    }
    stream.watch = watch;
    return watch
        .begun()
        .toCompletableFuture()
        .orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (_, failure) -> {
              if (failure == null) {
                return BindingReply.of("{}", stream);
              }
              stream.cancel();
              throw BindingException.failed(
                  NamespaceFailures.UNAVAILABLE,
                  "the namespace cannot be reached now: timeout",
                  true);
            });
  }

  // ---- what the watch tells

  @Override
  public void changed(String key, Stamp version) {
    add(key, version);
  }

  @Override
  public void removed(String key) {
    add(key, null);
  }

  @Override
  public void missed() {
    synchronized (waiting) {
      lose();
    }
    deliver();
  }

  private void add(String key, @Nullable Stamp version) {
    synchronized (waiting) {
      if (cancelled) {
        return;
      }
      if (waiting.containsKey(key)) {
        waiting.put(key, version);
      } else if (waiting.size() < MAX_KEYS && waitingChars + key.length() <= MAX_CHARS) {
        waiting.put(key, version);
        waitingChars += key.length();
      } else {
        lose();
      }
    }
    deliver();
  }

  private void lose() {
    if (!missed) {
      missed = true;
      place.missed();
    }
  }

  // ---- what the function takes

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    subscriber = to;
    to.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    synchronized (waiting) {
      demand = demand > Long.MAX_VALUE - n ? Long.MAX_VALUE : demand + n;
    }
    deliver();
  }

  @Override
  public void cancel() {
    KeyWatch ended;
    synchronized (waiting) {
      cancelled = true;
      waiting.clear();
      ended = watch;
    }
    if (ended != null) {
      ended.close();
      // A query that still ends counts, so that what comes and goes quickly is bounded too.
      var _ = ended.ended().thenRun(place::close);
    }
  }

  /** Gives what there is and is asked for; one thread at a time, none waits. */
  private void deliver() {
    if (work.getAndIncrement() != 0) {
      return;
    }
    int done = 1;
    while (done != 0) {
      Flow.Subscriber<? super ByteBuf> to = subscriber;
      for (ByteBuf next = next(); next != null && to != null; next = next()) {
        to.onNext(next);
      }
      done = work.addAndGet(-done);
    }
  }

  private @Nullable ByteBuf next() {
    var lines = new StringBuilder();
    synchronized (waiting) {
      if (demand == 0 || cancelled || (waiting.isEmpty() && !missed)) {
        return null;
      }
      demand--;
      var changes = waiting.entrySet().iterator();
      while (changes.hasNext() && lines.length() < BUFFER_CHARS) {
        Map.Entry<String, @Nullable Stamp> change = changes.next();
        lines.append(line(change.getKey(), change.getValue()));
        waitingChars -= change.getKey().length();
        changes.remove();
      }
      if (missed && waiting.isEmpty()) {
        missed = false;
        lines
            .append(AdminJson.compact(KvChange.newBuilder().setType("missed").build()))
            .append('\n');
      }
    }
    return Unpooled.copiedBuffer(lines, StandardCharsets.UTF_8);
  }

  private static String line(String key, @Nullable Stamp version) {
    KvChange.Builder change =
        KvChange.newBuilder().setType(version == null ? "delete" : "put").setKey(key);
    if (version != null) {
      change.setVersion(version.toString());
    }
    return AdminJson.compact(change.build()) + "\n";
  }
}
