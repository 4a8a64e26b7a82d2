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
  private final Resolver resolver;
  private List<InetAddress> known = List.of();
  private long knownSinceNanos;
  private @Nullable CompletableFuture<List<InetAddress>> lookup;

  /** Looks names up; may block. */
  interface Resolver {
    InetAddress[] addressesOf(String host) throws UnknownHostException;
  }

  /**
   * @param lookups where it may block
   */
  Addresses(String host, Executor lookups) {
    this(host, lookups, InetAddress::getAllByName);
  }

  Addresses(String host, Executor lookups, Resolver resolver) {
    this.host = host;
    this.lookups = lookups;
    this.resolver = resolver;
    literal = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    if (literal) {
      known = List.of(InetAddress.ofLiteral(host));
    }
  }

  /**
   * All addresses, the one that worked last first, those that were silent last; fails with {@link
   * UnknownHostException}.
   */
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
      List<InetAddress> found = List.of(resolver.addressesOf(host));
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
      List<InetAddress> reordered = others(address);
      reordered.addFirst(address);
      known = List.copyOf(reordered);
    }
  }

  /** The address did not answer in time. */
  synchronized void silent(InetAddress address) {
    if (known.size() > 1 && !known.getLast().equals(address) && known.contains(address)) {
      List<InetAddress> reordered = others(address);
      reordered.add(address);
      known = List.copyOf(reordered);
    }
  }

  private List<InetAddress> others(InetAddress address) {
    List<InetAddress> others = new ArrayList<>(known);
    others.remove(address);
    return others;
  }
}
