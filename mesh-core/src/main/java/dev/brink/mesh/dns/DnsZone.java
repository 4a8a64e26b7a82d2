package dev.brink.mesh.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a responder answers for. Immutable.
 *
 * @param apex the zone's name, lower-case, with its last dot
 * @param names which names in it stand for the mesh, relative to it: {@code @} is the zone itself,
 *     {@code *} all others
 * @param nameServers its servers' names, with their addresses where they lie in the zone
 * @param ttl how long an answer may be kept
 * @param answers how many ingresses an answer names at most
 */
public record DnsZone(
    String apex,
    Set<String> names,
    Map<String, List<InetAddress>> nameServers,
    Duration ttl,
    int answers) {
  public DnsZone {
    apex = absolute(apex);
    names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
    Map<String, List<InetAddress>> servers = new TreeMap<>();
    nameServers.forEach((name, addresses) -> servers.put(absolute(name), List.copyOf(addresses)));
    nameServers = servers;
  }

  /** Lower-case and with the last dot. */
  static String absolute(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower : lower + ".";
  }

  /** Whether a name, lower-case, is the zone's or below it. */
  boolean holds(String name) {
    return name.equals(apex) || name.endsWith("." + apex);
  }

  /** Whether a name of the zone stands for the mesh. */
  boolean servesMesh(String name) {
    if (name.equals(apex)) {
      return names.contains("@");
    }
    return names.contains("*") || names.contains(relative(name));
  }

  /** Whether there is such a name, or one below it. */
  boolean exists(String name) {
    if (name.equals(apex) || servesMesh(name) || nameServers.containsKey(name)) {
      return true;
    }
    String below = "." + name;
    return nameServers.keySet().stream().anyMatch(server -> server.endsWith(below))
        || names.stream().anyMatch(relative -> relative.endsWith("." + relative(name)));
  }

  private String relative(String name) {
    return name.substring(0, name.length() - apex.length() - 1);
  }
}
