/** A Java service behind an HTTP cache, without a mesh. */
@NullMarked
package dev.brink.samples.cache;

import org.jspecify.annotations.NullMarked;
