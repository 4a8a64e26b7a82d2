/**
 * What is deployed, as this node serves it: fed by the grid from behind, read by requests as one
 * immutable snapshot, kept in a file for a node that starts alone.
 */
@NullMarked
package dev.brink.mesh.registry;

import org.jspecify.annotations.NullMarked;
