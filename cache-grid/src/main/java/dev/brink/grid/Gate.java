package dev.brink.grid;

import org.jspecify.annotations.Nullable;

/**
 * What a writer needs to know of the node: whether it may write, and where. Any thread may ask;
 * nothing waits.
 */
interface Gate {
  /** The running Ignite node, if there is one. */
  @Nullable IgniteSession session();

  /** Why writes are refused; null when they are not. */
  @Nullable GridUnavailableException refusal();

  /** Whether this node is with the majority right now. */
  boolean majority(IgniteSession session);
}
