package dev.brink.mesh;

import dev.brink.exec.binding.HostBinding;
import dev.brink.mesh.cache.FunctionCaches;
import dev.brink.mesh.cache.NamedCaches;
import dev.brink.mesh.kv.Namespaces;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.registry.HostBindings;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What functions may use of this node.
 *
 * @param caches gives {@code null} as long as the node is starting
 */
record NodeBindings(Namespaces namespaces, Supplier<@Nullable NamedCaches> caches)
    implements HostBindings {
  @Override
  public Map<String, HostBinding> of(FunctionVersion version) {
    return namespaces.of(version);
  }

  @Override
  public HostBinding caches(FunctionVersion version) {
    return new FunctionCaches(version.getTenant(), caches);
  }
}
