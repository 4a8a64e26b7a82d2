package dev.brink.grid;

/** A listener that is being told. */
public interface KeyWatch extends AutoCloseable {
  /** Ends it; what is on its way may still be told. Does not wait. */
  @Override
  void close();
}
