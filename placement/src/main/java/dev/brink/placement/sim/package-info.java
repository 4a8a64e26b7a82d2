/**
 * Placement in simulation: round-trip times and invocation traces in, the regret of each rule out.
 * One thread, a virtual clock, the production classes.
 */
@org.jspecify.annotations.NullMarked
package dev.brink.placement.sim;
