/** The admin API's messages and their JSON, as both its ends use them. */
@NullMarked
package dev.brink.mesh.wire;

import org.jspecify.annotations.NullMarked;
