package dev.brink.mesh.link;

import dev.brink.mesh.proto.LoadBeat;
import dev.brink.mesh.proto.News;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** What a test heard of links. */
final class Heard implements LinkListener {
  volatile CountDownLatch up = new CountDownLatch(1);
  volatile boolean pings = true;
  volatile boolean failing;
  final CountDownLatch down = new CountDownLatch(1);

  /** Of each link that came and went, in order. */
  final Deque<String> events = new ConcurrentLinkedDeque<>();

  final CompletableFuture<LoadBeat> load = new CompletableFuture<>();
  final CompletableFuture<Long> rtt = new CompletableFuture<>();
  final CompletableFuture<Long> transferred = new CompletableFuture<>();
  final BlockingQueue<Long> rtts = new LinkedBlockingQueue<>();
  final BlockingQueue<LoadBeat> loads = new LinkedBlockingQueue<>();
  final BlockingQueue<News> news = new LinkedBlockingQueue<>();

  @Override
  public void up(String node) {
    events.add("up");
    up.countDown();
  }

  @Override
  public void down(String node) {
    events.add("down");
    down.countDown();
  }

  @Override
  public void load(String node, LoadBeat beat) {
    if (beat.hasNews()) {
      news.add(beat.getNews());
    }
    loads.add(beat);
    load.complete(beat);
  }

  @Override
  public void transferred(String node, long bytes, long nanos) {
    transferred.complete(bytes);
  }

  @Override
  public boolean pings(String node) {
    if (failing) {
      throw new StackOverflowError("test");
    }
    return pings;
  }

  @Override
  public void rtt(String node, long nanos) {
    rtts.add(nanos);
    rtt.complete(nanos);
  }
}
