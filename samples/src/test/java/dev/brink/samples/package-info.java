/** Tests of the samples: each runs on a real node. */
@NullMarked
package dev.brink.samples;

import org.jspecify.annotations.NullMarked;
