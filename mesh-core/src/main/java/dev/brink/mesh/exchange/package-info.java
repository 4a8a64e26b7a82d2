/** One call on its way to whatever answers it: a function here, a function on a peer, an origin. */
@NullMarked
package dev.brink.mesh.exchange;

import org.jspecify.annotations.NullMarked;
