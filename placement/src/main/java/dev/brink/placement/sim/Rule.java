package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;
import dev.brink.placement.WarmAdvice;
import java.util.List;
import java.util.Set;

/** How one ingress chooses nodes, and what it hears. Time is the simulation's. */
interface Rule {

  /** Where a request goes. */
  int choose(SimRequest request, long nowNanos);

  /** Where a request goes that a node has refused, or did not answer. */
  default int chooseAgain(SimRequest request, Set<Integer> tried, long nowNanos) {
    return choose(request, nowNanos);
  }

  /** Whether nodes that are busier than they said may refuse this rule's requests. */
  default boolean refusable() {
    return false;
  }

  /** A node has sent a request back before it began. */
  default void refused(Job job, long nowNanos) {}

  /** Whether the choice just made was for a control group that does without the rule. */
  default boolean control() {
    return false;
  }

  /** The request has left for the node. */
  default void sent(Job job, long nowNanos) {}

  /** The answer is back: the job says where its time went. */
  default void answered(Job job, long nowNanos) {}

  /** A request of another ingress has run on this ingress's node. */
  default void served(Job job, long nowNanos) {}

  /** How much slower than others this ingress's node says it is. */
  default double slow(long nowNanos) {
    return 1;
  }

  /** There will be no answer. */
  default void failed(Job job, long nowNanos) {}

  /** A node's beat, or what rode back on its answer. */
  default void reported(int node, LoadReport report, long nowNanos) {}

  /** A ping came back. */
  default void pinged(int node, long rttNanos, long nowNanos) {}

  /** Comes every 100 ms, for what is done beside requests. */
  default void turn(long nowNanos) {}

  /** Where functions should be made warm: asked for every 100 ms. */
  default List<WarmAdvice> advice() {
    return List.of();
  }
}
