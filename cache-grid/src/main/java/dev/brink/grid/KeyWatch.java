package dev.brink.grid;

import java.util.concurrent.CompletionStage;

/** A listener that is being told. */
public interface KeyWatch extends AutoCloseable {
  /**
   * Done once every later change will be told, or said to be missed; as long as the grid is away it
   * is not. Fails when the watch is closed before.
   */
  CompletionStage<Void> begun();

  /** Done once nothing of it is left at any member, some time after it was closed. */
  CompletionStage<Void> ended();

  /** Ends it; what is on its way may still be told. Does not wait. */
  @Override
  void close();
}
