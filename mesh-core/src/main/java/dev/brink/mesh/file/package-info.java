/** Files of a node that are read whole or not at all. */
@NullMarked
package dev.brink.mesh.file;

import org.jspecify.annotations.NullMarked;
