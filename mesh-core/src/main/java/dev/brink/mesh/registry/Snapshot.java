package dev.brink.mesh.registry;

import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.route.RouteTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that requests need to know of what is deployed. Immutable: a request reads one and never sees
 * half a change.
 *
 * @param routes from requests to bindings
 * @param bindings by {@code tenant/name}
 * @param versions what is loaded here, by digest; wider than the bindings for a while after a
 *     change, for calls that peers sent before they heard of it
 * @param deployments by {@code tenant/name}: as they were asked for, served here yet or not
 */
public record Snapshot(
    RouteTable<Binding> routes,
    Map<String, Binding> bindings,
    Map<String, Binding.Version> versions,
    Map<String, Deployment> deployments) {
  private static final Snapshot EMPTY =
      new Snapshot(RouteTable.<Binding>builder().build(), Map.of(), Map.of(), Map.of());

  public Snapshot {
    bindings = Map.copyOf(bindings);
    versions = Map.copyOf(versions);
    deployments = Map.copyOf(deployments);
  }

  /** Of a node where nothing is deployed. */
  public static Snapshot empty() {
    return EMPTY;
  }

  /** What a name stands for. */
  public @Nullable Binding binding(String tenant, String name) {
    return bindings.get(tenant + "/" + name);
  }
}
