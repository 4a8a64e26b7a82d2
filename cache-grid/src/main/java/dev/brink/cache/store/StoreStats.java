package dev.brink.cache.store;

/**
 * A store's figures at one moment.
 *
 * @param objects held
 * @param bytes they take, with what is needed to find them
 * @param capacityBytes most bytes it takes
 * @param evictions objects given up for others since the start
 * @param rejections objects not taken since the start: too large, or not worth their place
 * @param draftBytes memory of what is on its way into the store, beside what it holds
 * @param draftRefusals objects given up on their way since the start, as too much was
 */
public record StoreStats(
    long objects,
    long bytes,
    long capacityBytes,
    long evictions,
    long rejections,
    long draftBytes,
    long draftRefusals) {}
