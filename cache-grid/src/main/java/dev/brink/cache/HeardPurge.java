package dev.brink.cache;

/**
 * A purge as a cache holds it that has heard of it.
 *
 * @param purge with the stamp as of which it holds there: later than its own where it came late
 * @param said the stamp that whoever purged gave it, by which one knows it again
 */
public record HeardPurge(Purge purge, long said) {}
