package dev.brink.placement.sim;

/** A request on its way through the simulation. */
final class Job {
  final SimRequest request;

  /** Where it was sent. */
  final int node;

  /** When it was sent there. */
  final long sentNanos;

  final boolean control;
  final int tries;

  long arriveNanos;
  long startNanos;
  long coldNanos;
  long runNanos;
  long dataNanos;
  long endNanos;

  /** Answered or given up. */
  boolean done;

  Job(SimRequest request, int node, long sentNanos, boolean control, int tries) {
    this.request = request;
    this.node = node;
    this.sentNanos = sentNanos;
    this.control = control;
    this.tries = tries;
  }

  long queueNanos() {
    return startNanos - arriveNanos;
  }
}
