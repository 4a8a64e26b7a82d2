/**
 * Where nodes lie in a space whose distances are round trips: estimates for what is not measured.
 */
@NullMarked
package dev.brink.placement.coordinate;

import org.jspecify.annotations.NullMarked;
