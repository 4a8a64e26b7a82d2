/** The edge cache in a mesh: one cache on many nodes. */
@NullMarked
package dev.brink.mesh.cache;

import org.jspecify.annotations.NullMarked;
