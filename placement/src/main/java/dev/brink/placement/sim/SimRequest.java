package dev.brink.placement.sim;

/**
 * A request of a workload.
 *
 * @param id its place in the workload
 * @param atNanos when it comes
 * @param ingress the node it comes to
 * @param function which function
 * @param runNanos what it takes on a lane of a usual node
 */
record SimRequest(int id, long atNanos, int ingress, SimFunction function, long runNanos) {}
