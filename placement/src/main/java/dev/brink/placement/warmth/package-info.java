/**
 * In time: how long an idle function stays warm, when it is warmed ahead of a call, what goes first
 * when memory is short, and how many instances a busy function wants. Pure: time is an argument.
 */
@NullMarked
package dev.brink.placement.warmth;

import org.jspecify.annotations.NullMarked;
