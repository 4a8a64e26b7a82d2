package dev.brink.mesh.peer;

import dev.brink.grid.Member;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a node tells the others of itself, as the grid's member attributes.
 *
 * @param link {@code host:port} of its link server
 * @param ingress URL of its ingress
 * @param admin URL of its admin port
 * @param lanes threads that run functions
 * @param labels such as {@code region}
 * @param capabilities what it offers that not every node does
 * @param loadLimit the utilisation, 0 to 1, from which on it takes nothing from other nodes
 * @param clients IP addresses at which clients reach its ingress
 */
public record NodeAddress(
    String link,
    String ingress,
    String admin,
    int lanes,
    Map<String, String> labels,
    Set<String> capabilities,
    double loadLimit,
    List<InetAddress> clients) {
  private static final String LINK = "link";
  private static final String INGRESS = "ingress";
  private static final String ADMIN = "admin";
  private static final String LANES = "lanes";
  private static final String LABELS = "labels";
  private static final String CAPABILITIES = "capabilities";
  private static final String LOAD_LIMIT = "load-limit";
  private static final String CLIENTS = "clients";

  public NodeAddress {
    labels = Map.copyOf(labels);
    capabilities = Set.copyOf(capabilities);
    clients = List.copyOf(clients);
  }

  /** As attributes. */
  public Map<String, String> attributes() {
    return Map.of(
        LINK,
        link,
        INGRESS,
        ingress,
        ADMIN,
        admin,
        LANES,
        Integer.toString(lanes),
        LABELS,
        new TreeMap<>(labels)
            .entrySet().stream()
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(",")),
        CAPABILITIES,
        String.join(",", new TreeSet<>(capabilities)),
        LOAD_LIMIT,
        Double.toString(loadLimit),
        CLIENTS,
        clients.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(",")));
  }

  /** From a member's attributes; what is missing is empty. */
  public static NodeAddress of(Member member) {
    Map<String, String> attributes = member.attributes();
    return new NodeAddress(
        attributes.getOrDefault(LINK, ""),
        attributes.getOrDefault(INGRESS, ""),
        attributes.getOrDefault(ADMIN, ""),
        lanes(attributes.getOrDefault(LANES, "1")),
        labels(attributes.getOrDefault(LABELS, "")),
        items(attributes.getOrDefault(CAPABILITIES, "")).collect(Collectors.toSet()),
        share(attributes.getOrDefault(LOAD_LIMIT, "")),
        addresses(attributes.getOrDefault(CLIENTS, "")));
  }

  private static double share(String text) {
    return text.matches("0\\.[0-9]{1,17}") ? Double.parseDouble(text) : 1;
  }

  private static Map<String, String> labels(String text) {
    return items(text)
        .filter(item -> item.indexOf('=') > 0)
        .collect(
            Collectors.toMap(
                item -> item.substring(0, item.indexOf('=')),
                item -> item.substring(item.indexOf('=') + 1),
                (one, other) -> one));
  }

  private static List<InetAddress> addresses(String text) {
    return items(text).flatMap(NodeAddress::literal).toList();
  }

  private static Stream<InetAddress> literal(String text) {
    try {
      return Stream.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException _) {
      return Stream.empty();
    }
  }

  private static Stream<String> items(String text) {
    return Arrays.stream(text.split(",", -1)).filter(item -> !item.isEmpty());
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
