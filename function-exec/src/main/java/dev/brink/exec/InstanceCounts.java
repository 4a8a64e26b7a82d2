package dev.brink.exec;

/**
 * How many instances of functions there are and were. Many made while few more are there: they are
 * made anew again and again, as with {@link Isolation#FRESH}.
 *
 * @param open that are there now, those included that are being made
 * @param made since the runtime started
 */
public record InstanceCounts(int open, long made) {}
