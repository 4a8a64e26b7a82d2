package dev.brink.cache.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What several use, and the last of them frees; made for its first user. The count is a field, for
 * there may be a million of these. Thread-safe.
 */
abstract class Shared {
  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(Shared.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("FieldMayBeFinal") // changed by its handle
  private volatile int users = 1;

  /** One more user; false when the last one has let go. */
  final boolean retain() {
    int seen = users;
    while (seen > 0) {
      if (USERS.compareAndSet(this, seen, seen + 1)) {
        return true;
      }
      seen = users;
    }
    return false;
  }

  /** One user fewer. */
  final void release() {
    if ((int) USERS.getAndAdd(this, -1) == 1) {
      free();
    }
  }

  /** The last user has let go. */
  abstract void free();
}
