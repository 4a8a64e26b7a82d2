package dev.brink.mesh;

import dev.brink.cache.Purge;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What readers are given of pages that change and are purged. No read that begins after a purge was
 * acknowledged gives what was purged at a node that had taken note of it, nor, after a while, at
 * one that had not; and no reader is given an older version than it has seen. Thread-safe.
 */
final class ReadHistory {
  static final int PAGES = 3;
  private static final List<Purge.Scope> SCOPES = List.of(Purge.Scope.values());
  private static final String SITE = "http://site.example";

  /** What the origin has. */
  private final AtomicIntegerArray versions = new AtomicIntegerArray(PAGES);

  private final List<Acknowledged> acknowledged = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicInteger reads = new AtomicInteger();
  private final long graceNanos;

  private volatile boolean over;

  /** That a page had a version when a purge was acknowledged, and by which nodes it was. */
  private record Acknowledged(int page, int version, Set<String> done, long nanos) {}

  /** A purge, and the pages that it is of. */
  record Change(Purge purge, Set<Integer> pages) {}

  /**
   * Empty.
   *
   * @param grace how long a node that has not taken note may give what was purged
   */
  ReadHistory(Duration grace) {
    graceNanos = grace.toNanos();
  }

  /** Answers as the origin: what it sends is as old as when it was asked. */
  CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          String path = exchange.getRequestURI().getPath();
          int page = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
          CountingOrigin.send(
              exchange,
              Integer.toString(versions.get(page)),
              "cache-control",
              "max-age=600",
              "content-type",
              "text/plain",
              "cache-tag",
              "pages, page" + page);
        });
  }

  /** Changes some pages, and says how to purge them. */
  Change change(Random random) {
    int page = random.nextInt(PAGES);
    Set<Integer> all = Set.copyOf(IntStream.range(0, PAGES).boxed().toList());
    Purge.Scope scope = SCOPES.get(random.nextInt(SCOPES.size()));
    boolean one = scope == Purge.Scope.URL || random.nextBoolean();
    String value =
        switch (scope) {
          case URL -> SITE + "/pages/" + page;
          case PREFIX -> SITE + "/pages/" + (one ? page : "");
          case HOST -> "site.example";
          case TAG -> one ? "page" + page : "pages";
          case ALL -> "";
        };
    boolean some = one && scope != Purge.Scope.HOST && scope != Purge.Scope.ALL;
    Set<Integer> pages = some ? Set.of(page) : all;
    pages.forEach(versions::incrementAndGet);
    return new Change(new Purge(scope, "", value, random.nextBoolean(), 0), pages);
  }

  /** A purge of the last change was acknowledged. */
  void acknowledged(Change change, Set<String> doneNodes) {
    long now = System.nanoTime();
    for (int page : change.pages) {
      acknowledged.add(new Acknowledged(page, versions.get(page), doneNodes, now));
    }
  }

  private int least(String node, int page) {
    long now = System.nanoTime();
    return acknowledged.stream()
        .filter(each -> each.page == page)
        .filter(each -> each.done.contains(node) || now - each.nanos > graceNanos)
        .mapToInt(Acknowledged::version)
        .max()
        .orElse(0);
  }

  /**
   * Reads a page through a node, again and again.
   *
   * @param away whether the node may not answer now
   */
  void read(Site site, int node, int page, IntPredicate away) {
    int seen = 0;
    while (!over) {
      seen = readOnce(site, node, page, seen, away);
    }
  }

  /** Reads a page through a node; gives its version. */
  int readOnce(Site site, int node, int page, int seen, IntPredicate away) {
    String name = name(node);
    int least = least(name, page);
    boolean mayFail = away.test(node);
    try {
      HttpResponse<String> response = site.get(node, "/pages/" + page);
      if (response.statusCode() != 200) {
        fail(mayFail || away.test(node), name + ": status " + response.statusCode());
        return seen;
      }
      int version = Integer.parseInt(response.body());
      if (version < Math.max(seen, least)) {
        faults.add(
            "page %d at %s: %d after %d was seen and %d acknowledged: %s"
                .formatted(page, name, version, seen, least, response.headers().map()));
      }
      reads.incrementAndGet();
      return Math.max(seen, version);
    } catch (IOException | NumberFormatException e) {
      fail(mayFail || away.test(node), name + ": " + e);
      return seen;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      over = true;
      return seen;
    }
  }

  private void fail(boolean expected, String why) {
    if (!expected) {
      faults.add(why);
    }
  }

  static String name(int node) {
    return "n" + node;
  }

  /** No more reads. */
  void end() {
    over = true;
  }

  List<String> faults() {
    return List.copyOf(faults);
  }

  int reads() {
    return reads.get();
  }
}
