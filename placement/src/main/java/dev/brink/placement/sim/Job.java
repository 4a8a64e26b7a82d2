package dev.brink.placement.sim;

import java.util.Set;

/** A request on its way through the simulation. */
final class Job {
  final SimRequest request;

  /** Where it was sent. */
  final int node;

  /** When it was sent there. */
  final long sentNanos;

  final boolean control;

  /** The nodes it was sent to, this one included. */
  final Set<Integer> tried;

  /** Whether a node may send it back: not at home, nor what was sent back before. */
  final boolean refusable;

  long arriveNanos;
  long startNanos;
  long coldNanos;
  long runNanos;
  long dataNanos;
  long endNanos;

  /** Answered or given up. */
  boolean done;

  Job(
      SimRequest request,
      int node,
      long sentNanos,
      boolean control,
      Set<Integer> tried,
      boolean refusable) {
    this.request = request;
    this.node = node;
    this.sentNanos = sentNanos;
    this.control = control;
    this.tried = tried;
    this.refusable = refusable;
  }

  long queueNanos() {
    return startNanos - arriveNanos;
  }
}
