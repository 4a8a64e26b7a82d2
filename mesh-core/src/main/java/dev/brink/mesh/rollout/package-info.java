/**
 * How a deployment reaches every node: checked here, written to the grid, pushed over the links.
 */
@NullMarked
package dev.brink.mesh.rollout;

import org.jspecify.annotations.NullMarked;
