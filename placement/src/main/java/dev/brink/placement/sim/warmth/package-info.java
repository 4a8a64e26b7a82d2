/**
 * Warmth policies in simulation: when functions were called in, the share of cold starts and the
 * memory held for nothing out. One thread, a virtual clock, the production classes.
 */
@NullMarked
package dev.brink.placement.sim.warmth;

import org.jspecify.annotations.NullMarked;
