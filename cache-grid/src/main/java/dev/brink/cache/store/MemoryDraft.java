package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;

/** Gathers a body in memory of the store, so that no network buffer is held for it. */
final class MemoryDraft implements Draft {
  private static final int FIRST_BYTES = 4 * 1024;

  private final Destination destination;
  private final StoreKey key;
  private final DraftBudget budget;
  private final long maxBytes;
  private final long expectedBytes;

  // Guarded by this.
  private final MemoryBody body;
  private long takenBytes;
  private boolean admitted;
  private boolean ended;

  MemoryDraft(
      Destination destination,
      StoreKey key,
      Slab slab,
      DraftBudget budget,
      long maxBytes,
      long expectedBytes) {
    this.destination = destination;
    this.budget = budget;
    this.key = key;
    this.maxBytes = maxBytes;
    this.expectedBytes = expectedBytes;
    body = new MemoryBody(slab);
  }

  @Override
  public synchronized boolean append(ByteBuf bytes) {
    try {
      requireOpen();
      if (body.length() + bytes.readableBytes() > maxBytes) {
        destination.rejected();
        return false;
      }
      if (!admitted && !budget.hasRoom(bytes.readableBytes())) {
        budget.refused();
        return false;
      }
      long taken = body.append(bytes, expected(bytes.readableBytes()));
      takenBytes += taken;
      budget.take(taken);
      return true;
    } finally {
      bytes.release();
    }
  }

  @Override
  public synchronized void admit() {
    admitted = true;
  }

  /** How much may come: the rest of what was announced, or as much again as there is. */
  private long expected(int bytes) {
    long length = body.length();
    return expectedBytes > length
        ? expectedBytes - length
        : Math.max(bytes, Math.max(FIRST_BYTES, length));
  }

  @Override
  public synchronized long length() {
    return body.length();
  }

  @Override
  public synchronized ByteBuf read(long offset, int maxBytes) {
    requireOpen();
    return body.read(offset, maxBytes);
  }

  @Override
  public StoredObject commit(byte[] head, Worth worth) {
    synchronized (this) {
      requireOpen();
      body.seal();
      MemoryObject object = MemoryObject.of(key, head, body);
      // The body is the object's, whatever becomes of it.
      end();
      try {
        destination.add(object, worth);
      } catch (RuntimeException | Error e) {
        object.close();
        throw e;
      }
      return object;
    }
  }

  @Override
  public synchronized void discard() {
    if (!ended) {
      end();
      body.release();
    }
  }

  private void end() {
    ended = true;
    budget.giveBack(takenBytes);
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException(key + ": ended (expected: neither committed nor discarded)");
    }
  }
}
