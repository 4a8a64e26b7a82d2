package dev.brink.exec;

/**
 * How many instances of functions there are and were. Many made while few more are there: they are
 * made anew again and again, as with {@link Isolation#FRESH}.
 *
 * @param open that are there now, those included that are being made
 * @param made since the runtime started
 * @param recycled of these, the ones that were replaced because of their age or use
 * @param evicted of these, the ones that were let go by {@link LoadedFunction#evict}
 */
public record InstanceCounts(int open, long made, long recycled, long evicted) {}
