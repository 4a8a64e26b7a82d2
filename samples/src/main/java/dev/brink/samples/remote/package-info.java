/** A program that deploys to a mesh it is not part of. */
@NullMarked
package dev.brink.samples.remote;

import org.jspecify.annotations.NullMarked;
