/**
 * Pools of upstream HTTP servers that routes lead to: balancing, health, retries, connections.
 *
 * <p>Upstream servers are spoken to in HTTP/1.1, with or without TLS. HTTP/2 upstreams are not
 * supported: a server that speaks only HTTP/2 cannot be in a pool.
 */
@NullMarked
package dev.brink.mesh.origin;

import org.jspecify.annotations.NullMarked;
