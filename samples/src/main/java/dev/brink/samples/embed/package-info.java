/** A Java service with a node inside. */
@NullMarked
package dev.brink.samples.embed;

import org.jspecify.annotations.NullMarked;
