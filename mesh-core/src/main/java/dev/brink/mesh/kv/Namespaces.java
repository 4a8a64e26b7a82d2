package dev.brink.mesh.kv;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.HostBinding;
import dev.brink.grid.Grid;
import dev.brink.grid.KeyValue;
import dev.brink.grid.Namespace;
import dev.brink.mesh.function.ReadTally;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.KeyValueBinding;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Finds namespaces once the node is in the grid. Thread-safe. */
public final class Namespaces {
  private final Supplier<@Nullable Grid> grid;
  private final ReadTally tally;
  private final WatchPlaces watches = new WatchPlaces();

  /**
   * The supplier gives {@code null} as long as the node is not in the grid.
   *
   * @param tally hears which members the calls of functions went to
   */
  public Namespaces(Supplier<@Nullable Grid> grid, ReadTally tally) {
    this.grid = grid;
    this.tally = tally;
  }

  /** A function's call goes to the member that has the primary copy of a key, if that is known. */
  void goes(BindingCall call, KeyValue keys, String key) {
    keys.owner(key)
        .ifPresent(owner -> tally.read(call.function(), call.requestId(), KeyPlaces.source(owner)));
  }

  /** The watches that functions have. */
  public WatchPlaces watches() {
    return watches;
  }

  /** The namespaces that a version's manifest names, of its own tenant. */
  public Map<String, HostBinding> of(FunctionVersion version) {
    Map<String, HostBinding> bindings = new LinkedHashMap<>();
    version
        .getManifest()
        .getKvMap()
        .forEach(
            (name, binding) ->
                bindings.put(name, new NamespaceBinding(of(version.getTenant(), binding), this)));
    return bindings;
  }

  private static Namespace of(String tenant, KeyValueBinding binding) {
    return binding.getDurable()
        ? Namespace.durable(tenant, binding.getNamespace())
        : Namespace.of(tenant, binding.getNamespace());
  }

  /**
   * The keys and values of a namespace.
   *
   * @throws ProblemException when the node is not in the grid yet
   * @throws IllegalArgumentException when the namespace is durable and the node keeps none
   */
  public KeyValue open(Namespace namespace) {
    Grid joined = grid.get();
    if (joined == null) {
      throw new ProblemException(
          new Problem(503, "node-starting", "the node is not part of a mesh yet", 1));
    }
    return joined.keyValue(namespace);
  }
}
