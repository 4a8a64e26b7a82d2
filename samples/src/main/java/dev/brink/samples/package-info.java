/** Runnable products built on Brink. */
@NullMarked
package dev.brink.samples;

import org.jspecify.annotations.NullMarked;
