package dev.brink.mesh.deploy;

/**
 * A node as another one sees it.
 *
 * @param ingress URL of its ingress
 * @param admin URL of its admin port
 * @param state {@code live}, {@code draining}, {@code unhealthy} or {@code unreachable}; {@code
 *     missing} for one of {@link Mesh#missing}
 * @param rttMillis of the link to it, as measured; 0 for the node itself, NaN when not measured yet
 * @param rttEstimateMillis what placement goes by instead as long as it is not measured: by network
 *     coordinates, or a guess; NaN when it is measured or the node is not linked
 */
public record NodeInfo(
    String id,
    String name,
    boolean self,
    String ingress,
    String admin,
    String state,
    double rttMillis,
    double rttEstimateMillis,
    int lanes,
    int busy,
    int queued) {}
