/** The programmatic deployment API: the same interface in process and over HTTP. */
@NullMarked
package dev.brink.mesh.deploy;

import org.jspecify.annotations.NullMarked;
