package dev.brink.mesh.origin;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this node to one server: a bounded number, used again the last one first and
 * on the event loop that asks where possible; who finds none waits in a bounded line. Thread-safe;
 * its one lock is held for a few queue operations only.
 */
final class ConnectionPool implements UpstreamConnection.Owner {
  private final Connector connector;
  private final int maxWaiting;
  private final IdentityHashMap<EventLoop, ArrayDeque<UpstreamConnection>> idle =
      new IdentityHashMap<>();
  private final Set<UpstreamConnection> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();
  private int opening;
  private int max;
  private long connectTimeoutNanos;
  private boolean closed;
  private boolean aborted;

  /** Somebody who wants a connection. Hears of it once: one of the two. */
  interface Waiter {
    /** Where it would like the connection to be. */
    EventLoop loop();

    /** Until when it waits, on {@link System#nanoTime}'s scale. */
    long deadlineNanos();

    /** Called on the connection's event loop. */
    void connected(UpstreamConnection connection);

    /** Called on any thread. */
    void notConnected(Fault fault, @Nullable Throwable cause);
  }

  private record Waiting(Waiter waiter, Future<?> timer) {}

  /**
   * Room for one request, kept for whoever asked: must be {@linkplain #enter entered}.
   *
   * @param idle a kept connection; {@code null}: there is room for one to be opened
   */
  record Place(@Nullable UpstreamConnection idle) {
    private static final Place TO_OPEN = new Place(null);
  }

  ConnectionPool(Connector connector, int maxWaiting, int max, long connectTimeoutNanos) {
    this.connector = connector;
    this.maxWaiting = maxWaiting;
    this.max = max;
    this.connectTimeoutNanos = connectTimeoutNanos;
  }

  /** Changes the bounds; connections beyond them end once they are free. */
  void bounds(int newMax, long newConnectTimeoutNanos) {
    var served = new ArrayList<Waiter>();
    synchronized (this) {
      max = newMax;
      connectTimeoutNanos = newConnectTimeoutNanos;
      for (Waiter waiter; (waiter = admitNext()) != null; ) {
        served.add(waiter);
      }
    }
    served.forEach(this::connect);
  }

  synchronized int connections() {
    return open.size() + opening;
  }

  synchronized int waiting() {
    return line.size();
  }

  /**
   * Room for a request, without waiting for it.
   *
   * @param loop where the connection would best be
   * @return {@code null} when all connections are in use
   */
  synchronized @Nullable Place place(EventLoop loop) {
    UpstreamConnection here = pollIdle(loop);
    if (here != null) {
      return new Place(here);
    }
    if (open.size() + opening < max) {
      opening++;
      return Place.TO_OPEN;
    }
    UpstreamConnection elsewhere = pollAnyIdle();
    return elsewhere == null ? null : new Place(elsewhere);
  }

  /** Has the connection that a place is for. */
  void enter(Place place, Waiter waiter) {
    if (place.idle == null) {
      connect(waiter);
    } else {
      hand(place.idle, waiter);
    }
  }

  /**
   * Asks for a connection.
   *
   * @param fresh one that nobody has used before, if possible
   */
  void acquire(Waiter waiter, boolean fresh) {
    UpstreamConnection reused = null;
    UpstreamConnection evicted = null;
    boolean refused = false;
    synchronized (this) {
      boolean room = open.size() + opening < max;
      if (!fresh) {
        reused = pollIdle(waiter.loop());
        if (reused == null && !room) {
          reused = pollAnyIdle();
        }
      } else if (!room) {
        evicted = pollAnyIdle();
        if (evicted != null) {
          open.remove(evicted);
        }
      }
      if (reused == null) {
        if (room || evicted != null) {
          opening++;
        } else if (line.size() < maxWaiting) {
          line.add(new Waiting(waiter, expireLater(waiter)));
          return;
        } else {
          refused = true;
        }
      }
    }
    if (evicted != null) {
      evicted.close();
    }
    if (refused) {
      waiter.notConnected(Fault.BUSY, null);
    } else if (reused != null) {
      hand(reused, waiter);
    } else {
      connect(waiter);
    }
  }

  private @Nullable UpstreamConnection pollIdle(EventLoop loop) {
    ArrayDeque<UpstreamConnection> here = idle.get(loop);
    return here == null ? null : here.pollLast();
  }

  private @Nullable UpstreamConnection pollAnyIdle() {
    for (ArrayDeque<UpstreamConnection> there : idle.values()) {
      UpstreamConnection found = there.pollLast();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private Future<?> expireLater(Waiter waiter) {
    return waiter
        .loop()
        .schedule(
            () -> {
              if (abandon(waiter)) {
                waiter.notConnected(Fault.BUSY, null);
              }
            },
            Math.max(1, waiter.deadlineNanos() - System.nanoTime()),
            TimeUnit.NANOSECONDS);
  }

  /**
   * The waiter no longer waits in the line.
   *
   * @return whether it did; it then hears nothing more
   */
  synchronized boolean abandon(Waiter waiter) {
    for (Iterator<Waiting> i = line.iterator(); i.hasNext(); ) {
      Waiting waiting = i.next();
      if (waiting.waiter.equals(waiter)) {
        waiting.timer.cancel(false);
        i.remove();
        return true;
      }
    }
    return false;
  }

  private void hand(UpstreamConnection connection, Waiter waiter) {
    if (connection.loop().inEventLoop()) {
      handHere(connection, waiter);
    } else {
      connection.loop().execute(() -> handHere(connection, waiter));
    }
  }

  private void handHere(UpstreamConnection connection, Waiter waiter) {
    if (connection.usable()) {
      waiter.connected(connection);
    } else {
      acquire(waiter, false);
    }
  }

  private void connect(Waiter waiter) {
    long limit;
    synchronized (this) {
      limit = connectTimeoutNanos;
    }
    connector.open(
        waiter.loop(),
        Math.min(limit, waiter.deadlineNanos() - System.nanoTime()),
        this,
        new Connector.Callback() {
          @Override
          public void opened(UpstreamConnection connection) {
            boolean wanted;
            synchronized (ConnectionPool.this) {
              opening--;
              wanted = !aborted && open.add(connection);
            }
            if (wanted) {
              waiter.connected(connection);
            } else {
              connection.close();
              waiter.notConnected(Fault.CANCELLED, null);
            }
          }

          @Override
          public void openFailed(Fault fault, Throwable cause) {
            Waiter next;
            synchronized (ConnectionPool.this) {
              opening--;
              next = admitNext();
            }
            waiter.notConnected(fault, cause);
            if (next != null) {
              connect(next);
            }
          }
        });
  }

  /** The next in the line, if there is room for its connection, which then counts as opening. */
  private @Nullable Waiter admitNext() {
    if (open.size() + opening >= max) {
      return null;
    }
    Waiter next = pollLine();
    if (next != null) {
      opening++;
    }
    return next;
  }

  private @Nullable Waiter pollLine() {
    Waiting first = line.poll();
    if (first == null) {
      return null;
    }
    first.timer.cancel(false);
    return first.waiter;
  }

  @Override
  public void free(UpstreamConnection connection) {
    Waiter next = null;
    boolean kept = false;
    synchronized (this) {
      if (open.size() + opening <= max) {
        next = pollLine();
        if (next == null && !closed) {
          idle.computeIfAbsent(connection.loop(), loop -> new ArrayDeque<>()).add(connection);
          kept = true;
        }
      }
    }
    if (next != null) {
      hand(connection, next);
    } else if (!kept) {
      connection.close();
    }
  }

  @Override
  public void closed(UpstreamConnection connection) {
    Waiter next;
    synchronized (this) {
      if (!open.remove(connection)) {
        return;
      }
      ArrayDeque<UpstreamConnection> here = idle.get(connection.loop());
      if (here != null) {
        here.remove(connection);
      }
      next = admitNext();
    }
    if (next != null) {
      connect(next);
    }
  }

  /** From now on no connection is kept; those in use end when they are free. */
  void close() {
    List<UpstreamConnection> unused = new ArrayList<>();
    synchronized (this) {
      closed = true;
      idle.values().forEach(unused::addAll);
      idle.clear();
    }
    unused.forEach(UpstreamConnection::close);
  }

  /** Breaks everything off. */
  void abort() {
    close();
    List<UpstreamConnection> used;
    List<Waiting> waiting;
    synchronized (this) {
      aborted = true;
      used = List.copyOf(open);
      waiting = List.copyOf(line);
      line.clear();
    }
    used.forEach(UpstreamConnection::close);
    for (Waiting each : waiting) {
      each.timer.cancel(false);
      each.waiter.notConnected(Fault.CANCELLED, null);
    }
  }
}
