/** A service that runs its customers' scripts, without a mesh: {@code function-exec} alone. */
@NullMarked
package dev.brink.samples.sandbox;

import org.jspecify.annotations.NullMarked;
