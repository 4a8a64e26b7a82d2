/** Functions and origins as they lie in a folder, with their {@code brink.json}. */
@NullMarked
package dev.brink.mesh.folder;

import org.jspecify.annotations.NullMarked;
