package dev.brink.cache;

import dev.brink.cache.store.Draft;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.store.StoreStats;
import dev.brink.cache.store.StoredObject;
import dev.brink.cache.store.Worth;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A store in memory that is as slow or as full as a test wants, or in which something happens. */
final class StagedStore implements Store {
  private final MemoryStore real = MemoryStore.ofBytes(64 << 20);

  /** Who waits for what is asked for while it is slow. */
  final ArrayDeque<CompletableFuture<@Nullable StoredObject>> loading = new ArrayDeque<>();

  boolean slow;
  boolean full;

  /** Happens once, after a look or just before a removal. */
  @Nullable Runnable meanwhile;

  /** Happens once, when an object has been stored and whoever stored it does not know yet. */
  volatile @Nullable Runnable committed;

  private void happen() {
    Runnable task = meanwhile;
    meanwhile = null;
    if (task != null) {
      task.run();
    }
  }

  @Override
  public @Nullable StoredObject find(StoreKey key) {
    StoredObject found = real.find(key);
    happen();
    return found;
  }

  @Override
  public @Nullable CompletionStage<@Nullable StoredObject> load(StoreKey key) {
    if (!slow) {
      return null;
    }
    var stage = new CompletableFuture<@Nullable StoredObject>();
    loading.add(stage);
    return stage;
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    if (full) {
      throw new IllegalStateException("no memory");
    }
    return new StagedDraft(real.draft(key, expectedBytes));
  }

  private final class StagedDraft implements Draft {
    private final Draft of;

    StagedDraft(Draft of) {
      this.of = of;
    }

    @Override
    public boolean append(ByteBuf bytes) {
      return of.append(bytes);
    }

    @Override
    public void admit() {
      of.admit();
    }

    @Override
    public long length() {
      return of.length();
    }

    @Override
    public ByteBuf read(long offset, int maxBytes) {
      return of.read(offset, maxBytes);
    }

    @Override
    public StoredObject commit(byte[] head, Worth worth) {
      StoredObject object = of.commit(head, worth);
      Runnable task = committed;
      committed = null;
      if (task != null) {
        task.run();
      }
      return object;
    }

    @Override
    public void discard() {
      of.discard();
    }
  }

  @Override
  public boolean replaceHead(StoredObject present, byte[] head, Worth worth) {
    return real.replaceHead(present, head, worth);
  }

  @Override
  public void removeUnless(StoreKey key, Predicate<StoredObject> keep) {
    happen();
    real.removeUnless(key, keep);
  }

  @Override
  public void clear() {
    real.clear();
  }

  @Override
  public StoreStats stats() {
    return real.stats();
  }

  @Override
  public void close() {
    real.close();
  }
}
