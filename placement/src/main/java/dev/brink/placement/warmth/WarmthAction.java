package dev.brink.placement.warmth;

/** What a node is to do about a function's instances. */
public sealed interface WarmthAction {
  /** Which function. */
  String id();

  /** On how many lanes it is to have an instance. */
  int lanes();

  /** Make instances until there are as many. */
  record Warm(String id, int lanes) implements WarmthAction {}

  /** Discard idle instances until there are no more than that. */
  record Evict(String id, int lanes, Cause cause) implements WarmthAction {}

  /** Why instances go. */
  enum Cause {
    /** The policy does not expect a call soon enough. */
    IDLE,
    /** Fewer are enough. */
    SURPLUS,
    /** The memory for idle instances is used up. */
    MEMORY
  }
}
