package dev.brink.placement;

/**
 * What an ingress knows of a node, for people and metrics. Times are nanoseconds.
 *
 * @param info what was said when it came up
 * @param local whether it is the ingress's own node
 * @param rttNanos as measured or, as long as nothing was, by coordinates or guessed; 0 when local
 * @param rttAgeNanos since it was last measured; -1 when it never was, 0 when local
 * @param wanted whether a request of the last 5 s would have gone there, had its round trip been
 *     measured often enough
 * @param lanes threads that run guests
 * @param busy lanes that run one
 * @param queued invocations that wait for a lane
 * @param queueNanos the wait expected for a request sent now
 * @param warm function versions with a ready instance, as far as this ingress knows them
 * @param slow how much longer than elsewhere work takes there; 1 is usual
 * @param penaltyNanos what recent failures, a refusal and a late report add to its score
 * @param reportAgeNanos since its last report; -1 when there was none
 * @param draining whether it takes nothing new
 * @param unhealthy whether it says that it can't be relied on: it gets nothing from others
 * @param ejected whether it rests after failures
 */
public record NodeStatus(
    NodeInfo info,
    boolean local,
    long rttNanos,
    long rttAgeNanos,
    boolean wanted,
    int lanes,
    int busy,
    int queued,
    long queueNanos,
    int warm,
    double slow,
    long penaltyNanos,
    long reportAgeNanos,
    boolean draining,
    boolean unhealthy,
    boolean ejected) {}
