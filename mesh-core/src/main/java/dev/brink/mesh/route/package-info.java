/** Which requests go where: patterns of hosts and paths, the most specific first. */
@NullMarked
package dev.brink.mesh.route;

import org.jspecify.annotations.NullMarked;
