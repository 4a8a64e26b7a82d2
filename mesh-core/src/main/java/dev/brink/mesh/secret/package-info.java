/** Functions' secrets as they are stored: which they are, and how they are sealed. */
@NullMarked
package dev.brink.mesh.secret;

import org.jspecify.annotations.NullMarked;
