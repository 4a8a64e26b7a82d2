/** The grid: one Ignite node, its membership as plain events, and its replicated maps. */
@NullMarked
package dev.brink.grid;

import org.jspecify.annotations.NullMarked;
