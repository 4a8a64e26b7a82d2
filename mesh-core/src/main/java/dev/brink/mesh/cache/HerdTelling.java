package dev.brink.mesh.cache;

import dev.brink.cache.HerdNews;
import dev.brink.mesh.proto.HerdReport;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.wire.CacheMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells other nodes, a few times a second and in the order in which it came, what this one's cache
 * learnt of responses that are not for all; what is too much is forgotten. Thread-safe.
 */
final class HerdTelling {
  private static final int MAX_REPORTS = 256;
  private static final long PACE_MILLIS = 100;

  private final Consumer<HerdReports> peers;
  private final Executor later =
      CompletableFuture.delayedExecutor(PACE_MILLIS, TimeUnit.MILLISECONDS);

  // Guarded by itself.
  private final List<HerdReport> waiting = new ArrayList<>();

  /**
   * @param peers told by another thread; must not block
   */
  HerdTelling(Consumer<HerdReports> peers) {
    this.peers = peers;
  }

  void tell(HerdNews news) {
    boolean first;
    synchronized (waiting) {
      first = waiting.isEmpty();
      if (waiting.size() < MAX_REPORTS) {
        waiting.add(CacheMessages.toProto(news));
      }
    }
    if (first) {
      later.execute(this::tell);
    }
  }

  private void tell() {
    HerdReports.Builder reports = HerdReports.newBuilder();
    synchronized (waiting) {
      reports.addAllReports(waiting);
      waiting.clear();
    }
    peers.accept(reports.build());
  }
}
