/**
 * Bodies between a function and the world: bounded, pulled by demand, buffers owned by one side.
 */
@NullMarked
package dev.brink.exec.stream;

import org.jspecify.annotations.NullMarked;
