/** Files that are written whole, or not at all, and outlast a crash. */
@NullMarked
package dev.brink.grid.file;

import org.jspecify.annotations.NullMarked;
