package dev.brink.cache;

import com.sun.management.ThreadMXBean;
import dev.brink.cache.store.MemoryStore;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/**
 * Prints what a fresh hit of 1 KB costs the cache alone: bytes that it allocates, and processor
 * time of its thread. The requests are made beforehand, and the answers dropped.
 *
 * <p>Arguments: how many objects there are (1,000), asked for evenly; how many rounds (40).
 */
final class HitFigures {
  private static final int HITS = 20_000;
  private static final NginxFiles FILES = new NginxFiles("max-age=31536000");

  private HitFigures() {}

  public static void main(String[] arguments) {
    int objects = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40;
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var random = new SplittableRandom(1);
    try (HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(256L << 20)).build()) {
      for (int i = 0; i < objects; i++) {
        var _ = cache.handle(request(i), FILES, NginxFiles.Drop.INSTANCE);
      }
      CacheRequest[] requests = new CacheRequest[HITS];
      double least = Double.MAX_VALUE;
      long bytes = 0;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < HITS; i++) {
          requests[i] = request(random.nextInt(objects));
        }
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        long nanosBefore = threads.getCurrentThreadCpuTime();
        for (CacheRequest request : requests) {
          var _ = cache.handle(request, FILES, NginxFiles.Drop.INSTANCE);
        }
        least = Math.min(least, (double) (threads.getCurrentThreadCpuTime() - nanosBefore) / HITS);
        bytes = (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / HITS;
      }
      System.out.printf(
          "%d objects, %d hits: %d bytes a hit in the last round, %.0f ns in the best%n",
          objects, cache.stats().hits(), bytes, least);
    }
  }

  private static CacheRequest request(int number) {
    return NginxFiles.request(
        "http", "/images/" + number + ".jpg", "User-Agent", "figures", "Accept", "*/*");
  }
}
