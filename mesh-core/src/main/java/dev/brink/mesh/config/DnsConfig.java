package dev.brink.mesh.config;

import java.time.Duration;
import java.util.List;

/**
 * The DNS responder.
 *
 * @param zone it is authoritative for; empty: there is none
 * @param bindAddress where it listens, over UDP and TCP
 * @param port 0: any free one
 * @param names in the zone that stand for the mesh: {@code @} the zone itself, {@code *} all others
 * @param nameServers the zone's servers, {@code NAME} or {@code NAME=ADDRESS}; those that lie in
 *     the zone need their address
 * @param ttl how long an answer may be kept
 * @param answers how many ingresses an answer names at most
 * @param rate datagrams a network is answered a second
 */
public record DnsConfig(
    String zone,
    String bindAddress,
    int port,
    List<String> names,
    List<String> nameServers,
    Duration ttl,
    int answers,
    int rate) {
  public DnsConfig {
    names = List.copyOf(names);
    nameServers = List.copyOf(nameServers);
  }

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.zone = zone;
    builder.bindAddress = bindAddress;
    builder.port = port;
    builder.names = names;
    builder.nameServers = nameServers;
    builder.ttl = ttl;
    builder.answers = answers;
    builder.rate = rate;
    return builder;
  }

  /**
   * Defaults: no zone and so no responder; {@code 127.0.0.1:53}, every name of the zone, 20 s, 2
   * ingresses, 200 a second.
   */
  public static final class Builder {
    private String zone = "";
    private String bindAddress = "127.0.0.1";
    private int port = 53;
    private List<String> names = List.of("@", "*");
    private List<String> nameServers = List.of();
    private Duration ttl = Duration.ofSeconds(20);
    private int answers = 2;
    private int rate = 200;

    Builder() {}

    public Builder zone(String name) {
      zone = name;
      return this;
    }

    public Builder bindAddress(String address) {
      bindAddress = address;
      return this;
    }

    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    public Builder names(List<String> relative) {
      names = List.copyOf(relative);
      return this;
    }

    public Builder nameServers(List<String> servers) {
      nameServers = List.copyOf(servers);
      return this;
    }

    public Builder ttl(Duration time) {
      ttl = time;
      return this;
    }

    public Builder answers(int most) {
      answers = most;
      return this;
    }

    public Builder rate(int perSecond) {
      rate = perSecond;
      return this;
    }

    DnsConfig build() {
      return new DnsConfig(zone, bindAddress, port, names, nameServers, ttl, answers, rate);
    }
  }
}
