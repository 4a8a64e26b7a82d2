package dev.brink.mesh.origin;

import java.util.List;

/** How one pool stands, as this node sees it. */
public record PoolStatus(String tenant, String name, List<ServerStatus> servers) {
  public PoolStatus {
    servers = List.copyOf(servers);
  }
}
