package dev.brink.mesh.deploy;

import java.time.Instant;

/**
 * What one function version used in one hour, over all nodes.
 *
 * @param hour the hour's start
 * @param errors requests that ended without a whole response of the function: it failed, was ended,
 *     or its client left
 * @param megabyteSeconds memory held, integrated over time
 */
public record UsageRow(
    String tenant,
    String name,
    String version,
    Instant hour,
    long requests,
    long errors,
    double cpuMillis,
    double wallMillis,
    double megabyteSeconds,
    long bytesIn,
    long bytesOut,
    long coldStarts) {}
