/** The threads that run guests, and the watchdog that ends what runs too long. */
@NullMarked
package dev.brink.exec.lane;

import org.jspecify.annotations.NullMarked;
