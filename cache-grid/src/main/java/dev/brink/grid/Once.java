package dev.brink.grid;

import java.util.function.Supplier;

/** Something that can be taken once: a value that streams in cannot be read again for a retry. */
final class Once<T> {
  private boolean taken;

  T get(Supplier<T> supplier) {
    if (taken) {
      throw new GridException("the value was lost when the write had to be tried again");
    }
    taken = true;
    return supplier.get();
  }
}
