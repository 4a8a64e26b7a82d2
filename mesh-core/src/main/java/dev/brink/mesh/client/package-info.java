/** A mesh seen from another process, through the admin ports of its nodes. */
@NullMarked
package dev.brink.mesh.client;

import org.jspecify.annotations.NullMarked;
