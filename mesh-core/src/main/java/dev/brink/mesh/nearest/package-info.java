/** Which ingress is nearest to a client, learned from the round trips of real connections. */
@NullMarked
package dev.brink.mesh.nearest;

import org.jspecify.annotations.NullMarked;
