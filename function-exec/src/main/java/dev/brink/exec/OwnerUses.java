package dev.brink.exec;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/** The owners of what is loaded: each is kept by its functions. Thread-safe. */
final class OwnerUses {
  private final int lanes;
  private final RuntimeLimits limits;
  private final OwnerUse nobody;
  private final Map<String, WeakReference<OwnerUse>> known = new HashMap<>();

  OwnerUses(int lanes, RuntimeLimits limits) {
    this.lanes = lanes;
    this.limits = limits;
    this.nobody = OwnerUse.unbounded(lanes);
  }

  synchronized OwnerUse of(String owner) {
    if (owner.isEmpty()) {
      return nobody;
    }
    known.values().removeIf(reference -> reference.refersTo(null));
    WeakReference<OwnerUse> before = known.get(owner);
    OwnerUse use = before == null ? null : before.get();
    if (use == null) {
      use = OwnerUse.of(lanes, limits);
      known.put(owner, new WeakReference<>(use));
    }
    return use;
  }
}
