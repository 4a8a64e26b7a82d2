package dev.brink.mesh.deploy;

/**
 * A node as another one sees it.
 *
 * @param ingress URL of its ingress
 * @param admin URL of its admin port
 * @param state {@code live}, {@code draining} or {@code unreachable}
 * @param rttMillis of the link to it; 0 for the node itself, NaN when not measured yet
 */
public record NodeInfo(
    String id,
    String name,
    boolean self,
    String ingress,
    String admin,
    String state,
    double rttMillis,
    int lanes,
    int busy,
    int queued) {}
