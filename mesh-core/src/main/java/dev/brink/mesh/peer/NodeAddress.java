package dev.brink.mesh.peer;

import dev.brink.grid.Member;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What a node tells the others of itself, as the grid's member attributes.
 *
 * @param link {@code host:port} of its link server
 * @param ingress URL of its ingress
 * @param admin URL of its admin port
 * @param lanes threads that run functions
 */
public record NodeAddress(String link, String ingress, String admin, int lanes) {
  private static final String LINK = "link";
  private static final String INGRESS = "ingress";
  private static final String ADMIN = "admin";
  private static final String LANES = "lanes";

  /** As attributes. */
  public Map<String, String> attributes() {
    return Map.of(LINK, link, INGRESS, ingress, ADMIN, admin, LANES, Integer.toString(lanes));
  }

  /** From a member's attributes; what is missing is empty. */
  public static NodeAddress of(Member member) {
    Map<String, String> attributes = member.attributes();
    return new NodeAddress(
        attributes.getOrDefault(LINK, ""),
        attributes.getOrDefault(INGRESS, ""),
        attributes.getOrDefault(ADMIN, ""),
        lanes(attributes.getOrDefault(LANES, "1")));
  }

  private static int lanes(String text) {
    return text.matches("[1-9][0-9]{0,4}") ? Integer.parseInt(text) : 1;
  }

  /** Where its link is; empty when the member named none that can be used. */
  Optional<InetSocketAddress> linkAddress() {
    int colon = link.lastIndexOf(':');
    if (colon <= 0 || !link.substring(colon + 1).matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    int port = Integer.parseInt(link.substring(colon + 1));
    return port < 1 || port > 65_535
        ? Optional.empty()
        : Optional.of(new InetSocketAddress(link.substring(0, colon), port));
  }
}
