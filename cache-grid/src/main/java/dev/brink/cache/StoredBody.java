package dev.brink.cache;

import dev.brink.cache.store.StoredObject;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The body of a stored object, which is let go of after its owner and the last reader. */
final class StoredBody implements BodySource {
  private final StoredObject object;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Owns the object; {@link #release} ends the caller's use. */
  StoredBody(StoredObject object) {
    this.object = object;
  }

  StoredObject object() {
    return object;
  }

  /**
   * One more user.
   *
   * @throws IllegalStateException when the last one has let go of it
   */
  void attach() {
    int before;
    do {
      before = users.get();
      if (before == 0) {
        throw new IllegalStateException("the stored object is closed");
      }
    } while (!users.compareAndSet(before, before + 1));
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      object.close();
    }
  }

  @Override
  public long available() {
    return object.bodyLength();
  }

  @Override
  public boolean complete() {
    return true;
  }

  @Override
  public @Nullable Throwable failure() {
    return null;
  }

  @Override
  public @Nullable ByteBuf read(long offset, int maxBytes) {
    return object.read(offset, maxBytes);
  }

  @Override
  public CompletionStage<ByteBuf> load(long offset, int maxBytes) {
    return object.load(offset, maxBytes);
  }

  @Override
  public void attach(BodyReader reader) {
    attach();
  }

  @Override
  public void advanced(BodyReader reader, long offset) {
    // All of it is there.
  }

  @Override
  public void detach(BodyReader reader) {
    release();
  }
}
