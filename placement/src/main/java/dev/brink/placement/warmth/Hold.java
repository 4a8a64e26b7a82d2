package dev.brink.placement.warmth;

/**
 * What a policy wants at some time of a function's idle time.
 *
 * @param held whether an instance is to be ready
 * @param untilNanos when that may change, {@link Long#MAX_VALUE} for not before the next call;
 *     always later than the time asked about
 */
public record Hold(boolean held, long untilNanos) {}
