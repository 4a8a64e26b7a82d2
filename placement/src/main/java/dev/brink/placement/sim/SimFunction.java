package dev.brink.placement.sim;

import dev.brink.placement.PlacementRequest;

/**
 * A function in simulation. What a rule may know of it is its id; the rest is what happens.
 *
 * @param index its place in the workload
 * @param request what placement is asked with
 * @param coldNanos what making an instance takes on a usual node
 * @param memoryMb what an instance holds
 * @param dataNode the node that holds what each call reads; -1 where calls read nothing
 */
record SimFunction(
    int index, PlacementRequest request, long coldNanos, double memoryMb, int dataNode) {

  String id() {
    return request.function();
  }
}
