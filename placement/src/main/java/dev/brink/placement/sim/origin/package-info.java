/**
 * Balancing over several origins in simulation: simulated servers in, the latency of each policy
 * out. One thread, a virtual clock, the production classes.
 */
@NullMarked
package dev.brink.placement.sim.origin;

import org.jspecify.annotations.NullMarked;
