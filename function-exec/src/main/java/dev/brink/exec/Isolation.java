package dev.brink.exec;

/** Which invocations of a function version may meet in one instance. */
public enum Isolation {
  /** One instance serves many, concurrently while they wait; what is in module scope stays. */
  SHARED,

  /**
   * Each has an instance of its own, made ahead of time where there was time, and discarded after
   * it: nothing that it leaves behind is seen by another.
   */
  FRESH
}
