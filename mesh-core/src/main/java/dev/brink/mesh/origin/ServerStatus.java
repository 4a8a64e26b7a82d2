package dev.brink.mesh.origin;

import dev.brink.placement.origin.OriginSlot;

/**
 * How one upstream server stands, as this node sees it.
 *
 * @param url scheme, host and port
 * @param active requests in flight
 * @param connections open, busy or idle
 * @param waiting requests that wait for a connection
 * @param total requests sent since it was added, retries among them; health checks are not
 * @param failed those of them that count against the server
 */
public record ServerStatus(
    String url,
    int weight,
    OriginSlot.Health health,
    int active,
    int connections,
    int waiting,
    long total,
    long failed) {}
