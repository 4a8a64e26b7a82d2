/** Functions that run on this node: calls in, the runtime's answers out, what they print. */
@NullMarked
package dev.brink.mesh.function;

import org.jspecify.annotations.NullMarked;
