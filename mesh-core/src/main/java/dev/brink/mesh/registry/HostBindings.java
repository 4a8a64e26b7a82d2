package dev.brink.mesh.registry;

import dev.brink.exec.binding.HostBinding;
import dev.brink.mesh.proto.FunctionVersion;
import java.util.Map;

/** Makes what function versions have in {@code env} that the host answers for. */
public interface HostBindings {
  /** The bindings of a version, by the names of its properties of {@code env}; must not wait. */
  Map<String, HostBinding> of(FunctionVersion version);

  /** What answers for its {@code caches}. */
  HostBinding caches(FunctionVersion version);
}
