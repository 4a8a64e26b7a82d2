/** Functions' schedules: which ticks are due, and which node runs each. */
@org.jspecify.annotations.NullMarked
package dev.brink.mesh.schedule;
