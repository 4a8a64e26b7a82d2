package dev.brink.cache;

import dev.brink.cache.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Options of an {@link HttpCache}. Defaults: named {@code brink} in {@code Cache-Status}, the
 * system's time, alone in the world. Not thread-safe.
 */
public final class HttpCacheBuilder {
  private final Store store;
  private String name = "brink";
  private InstantSource time = InstantSource.system();
  private HttpCache.Invalidator invalidator = HttpCacheBuilder::nobody;
  private Consumer<HerdNews> herdListener = news -> {};
  private @Nullable DenseCoding dense;
  private boolean validateFirst;

  HttpCacheBuilder(Store store) {
    this.store = store;
  }

  private static CompletionStage<Long> nobody(String space, List<String> urls, boolean kept) {
    return CompletableFuture.completedFuture(0L);
  }

  /**
   * What {@code Cache-Status} calls the cache.
   *
   * @throws IllegalArgumentException unless it is letters, digits, {@code -} and {@code .}
   */
  public HttpCacheBuilder name(String token) {
    if (!token.matches("[A-Za-z][A-Za-z0-9.-]*")) {
      throw new IllegalArgumentException(
          "name: " + token + " (expected: a letter, then letters, digits, - and .)");
    }
    name = token;
    return this;
  }

  /** Where the time of day comes from. */
  public HttpCacheBuilder time(InstantSource source) {
    time = source;
    return this;
  }

  /** Who else is to know what an unsafe request has changed; the client waits for it. */
  public HttpCacheBuilder invalidator(HttpCache.Invalidator others) {
    invalidator = others;
    return this;
  }

  /**
   * Who else is to know which responses turn out not to be for all ({@link HttpCache#heard}); must
   * not block.
   */
  public HttpCacheBuilder herdListener(Consumer<HerdNews> others) {
    herdListener = others;
    return this;
  }

  /**
   * A coding better than gzip, in which what is asked for often is stored once more for the clients
   * that take it. Default: none.
   *
   * @throws IllegalArgumentException unless it is one that clients are known to take
   */
  public HttpCacheBuilder denseCoding(DenseCoding coding) {
    if (!AcceptedCodings.isBest(coding.token())) {
      throw new IllegalArgumentException("coding: " + coding.token() + " (expected: br or zstd)");
    }
    dense = coding;
    return this;
  }

  /**
   * Has what an earlier process stored validated before it is used, until {@link
   * HttpCache#caughtUp}: others may have purged it meanwhile.
   */
  public HttpCacheBuilder validateFirst() {
    validateFirst = true;
    return this;
  }

  /**
   * Builds it; the store is closed when that fails.
   *
   * @throws UncheckedIOException when the store outlasts the process and its journal of purges
   *     can't be read or written
   */
  public HttpCache build() {
    try {
      return new LocalCache(store, name, time, invalidator, herdListener, dense, validateFirst);
    } catch (IOException e) {
      store.close();
      throw new UncheckedIOException(e);
    }
  }
}
