/** The request's way: route, placement, executor, and what the answer says about it. */
@NullMarked
package dev.brink.mesh.ingress;

import org.jspecify.annotations.NullMarked;
