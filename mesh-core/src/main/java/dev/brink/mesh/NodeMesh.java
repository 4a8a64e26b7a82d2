package dev.brink.mesh;

import dev.brink.cache.Purge;
import dev.brink.grid.Grid;
import dev.brink.grid.Member;
import dev.brink.mesh.cache.Purges;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.Mesh;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.ingress.Explainer;
import dev.brink.mesh.ingress.RegretSampler;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.peer.NodeAddress;
import dev.brink.mesh.schedule.TicksByHand;
import dev.brink.mesh.usage.UsageLedger;
import dev.brink.mesh.wire.AdminMessages;
import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The mesh as the node in this process sees it. */
record NodeMesh(
    Deployments deployments,
    Secrets secrets,
    TicksByHand ticks,
    Purges purges,
    Grid grid,
    Links links,
    Placement placement,
    Explainer explainer,
    RegretSampler sampler,
    UsageLedger ledger)
    implements Mesh {
  @Override
  public List<NodeInfo> nodes() {
    Map<String, NodeStatus> statuses =
        placement.nodes(System.nanoTime()).stream()
            .collect(Collectors.toMap(status -> status.info().id(), Function.identity()));
    Set<String> up = links.up();
    return grid.membership().members().stream()
        .map(member -> info(member, statuses.get(member.id().toString()), up))
        .toList();
  }

  @Override
  public List<NodeInfo> missing() {
    Map<UUID, Member> missing = new TreeMap<>();
    // Of one that only the durable store counts nothing is known but its id.
    grid.missingKeepers().forEach(id -> missing.put(id, new Member(id, "", Map.of(), false)));
    grid.missing().forEach(member -> missing.put(member.id(), member));
    return missing.values().stream()
        .map(
            member -> {
              NodeAddress address = NodeAddress.of(member);
              return new NodeInfo(
                  member.id().toString(),
                  member.name(),
                  false,
                  address.ingress(),
                  address.admin(),
                  "missing",
                  Double.NaN,
                  Double.NaN,
                  address.lanes(),
                  0,
                  0);
            })
        .toList();
  }

  @Override
  public void forget(String node) {
    boolean forgotten =
        missing().stream().anyMatch(each -> each.id().equals(node))
            && grid.forget(UUID.fromString(node));
    if (!forgotten) {
      throw new DeploymentException(
          "node-not-missing",
          "node: "
              + node
              + " (expected: the id of one that is missing: "
              + missing().stream().map(NodeInfo::id).toList()
              + ")",
          false);
    }
  }

  private static NodeInfo info(Member member, @Nullable NodeStatus status, Set<String> up) {
    NodeAddress address = NodeAddress.of(member);
    String id = member.id().toString();
    boolean reached = member.self() || up.contains(id);
    double rtt = status == null ? Double.NaN : status.rttNanos() / 1e6;
    boolean measured = status != null && status.rttAgeNanos() >= 0;
    return new NodeInfo(
        id,
        member.name(),
        member.self(),
        address.ingress(),
        address.admin(),
        state(reached, status),
        member.self() ? 0 : measured ? rtt : Double.NaN,
        member.self() || measured ? Double.NaN : rtt,
        status == null ? address.lanes() : status.lanes(),
        status == null ? 0 : status.busy(),
        status == null ? 0 : status.queued());
  }

  private static String state(boolean reached, @Nullable NodeStatus status) {
    if (!reached) {
      return "unreachable";
    }
    if (status == null) {
      return "live";
    }
    return status.draining() ? "draining" : status.unhealthy() ? "unhealthy" : "live";
  }

  @Override
  public TickResult tick(String tenant, String name, TickRequest request) {
    return ticks.run(tenant, name, request);
  }

  @Override
  public Explanation explain(URI url, List<Map.Entry<String, String>> headers) {
    return explainer.explain(url, headers);
  }

  @Override
  public List<RegretSample> regrets() {
    return sampler.samples();
  }

  @Override
  public PurgeResult purge(Purge purge) {
    return purges.purge(purge);
  }

  @Override
  public List<UsageRow> usage() {
    return ledger.total().stream().map(AdminMessages::fromProto).toList();
  }
}
