package dev.brink.placement;

/**
 * A node where a function should be made warm in the background: the requests of late would have
 * saved as much as a cold start costs, had it been warm there. That is the ski-rental rule (Karlin,
 * Manasse, Rudolph, Sleator, "Competitive snoopy caching", 1988), never more than twice as dear as
 * knowing the future.
 *
 * @param function the function version's id
 * @param node the node's id
 * @param savedNanos what the requests would have saved
 */
public record WarmAdvice(String function, String node, long savedNanos) {}
