package dev.brink.mesh.origin;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A host's IP addresses. Names are looked up off the event loops, one look-up at a time; what is
 * known is used until a newer answer has come. Thread-safe.
 */
final class Addresses {
  private static final long FRESH_NANOS = Duration.ofSeconds(30).toNanos();

  private final String host;
  private final boolean literal;
  private final Executor lookups;
  private List<InetAddress> known = List.of();
  private long knownSinceNanos;
  private @Nullable CompletableFuture<List<InetAddress>> lookup;

  /**
   * @param lookups where it may block
   */
  Addresses(String host, Executor lookups) {
    this.host = host;
    this.lookups = lookups;
    literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    if (literal) {
      known = List.of(InetAddress.ofLiteral(host));
    }
  }

  /** All addresses, the one that worked last first; fails with {@link UnknownHostException}. */
  synchronized CompletableFuture<List<InetAddress>> all() {
    boolean fresh =
        literal || (!known.isEmpty() && System.nanoTime() - knownSinceNanos < FRESH_NANOS);
    if (!fresh && lookup == null) {
      try {
        begin();
      } catch (RejectedExecutionException e) {
        lookup = null;
        if (known.isEmpty()) {
          return CompletableFuture.failedFuture(e);
        }
      }
    }
    return known.isEmpty() && lookup != null ? lookup : CompletableFuture.completedFuture(known);
  }

  private void begin() {
    var begun = new CompletableFuture<List<InetAddress>>();
    lookup = begun;
    lookups.execute(() -> look(begun));
  }

  private void look(CompletableFuture<List<InetAddress>> begun) {
    try {
      List<InetAddress> found = List.of(InetAddress.getAllByName(host));
      synchronized (this) {
        boolean same = known.size() == found.size() && known.containsAll(found);
        known = same ? known : found;
        knownSinceNanos = System.nanoTime();
        lookup = null;
      }
      begun.complete(found);
    } catch (UnknownHostException e) {
      synchronized (this) {
        lookup = null;
      }
      begun.completeExceptionally(e);
    }
  }

  /** A connection to the address was made. */
  synchronized void worked(InetAddress address) {
    if (known.size() > 1 && !known.getFirst().equals(address) && known.contains(address)) {
      var reordered = new ArrayList<InetAddress>(known.size());
      reordered.add(address);
      for (InetAddress other : known) {
        if (!other.equals(address)) {
          reordered.add(other);
        }
      }
      known = List.copyOf(reordered);
    }
  }
}
