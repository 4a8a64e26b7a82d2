/** What each tenant used: metered where it ran, summed over the mesh. */
@NullMarked
package dev.brink.mesh.usage;

import org.jspecify.annotations.NullMarked;
