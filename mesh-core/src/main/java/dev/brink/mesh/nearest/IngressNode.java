package dev.brink.mesh.nearest;

import java.net.InetAddress;
import java.util.List;

/**
 * An ingress that clients can be sent to.
 *
 * @param node its node's id
 * @param self whether it is this node's own
 * @param region where it is, as its label {@code region} says; empty when it does not
 * @param addresses where clients reach it
 * @param url of its ingress, as it says so itself
 * @param rttNanos from this node to it
 */
public record IngressNode(
    String node,
    boolean self,
    String region,
    List<InetAddress> addresses,
    IngressUrl url,
    long rttNanos) {
  public IngressNode {
    addresses = List.copyOf(addresses);
  }
}
