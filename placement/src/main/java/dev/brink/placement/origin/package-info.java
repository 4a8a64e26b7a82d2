/** Which of several origins answers: balancing, health, ejection and the retry budget. */
@NullMarked
package dev.brink.placement.origin;

import org.jspecify.annotations.NullMarked;
