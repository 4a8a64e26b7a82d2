/** A node of the mesh, and how to start one. */
@NullMarked
package dev.brink.mesh;

import org.jspecify.annotations.NullMarked;
