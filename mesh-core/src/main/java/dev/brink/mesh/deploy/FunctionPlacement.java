package dev.brink.mesh.deploy;

import dev.brink.placement.Hints;

/**
 * Where a function may and should run.
 *
 * @param hints what it is near to, where it may run, what it needs there
 * @param affinity which of its requests belong together
 */
public record FunctionPlacement(Hints hints, Affinity affinity) {
  /** Anywhere, near the caller: the default. */
  public static final FunctionPlacement DEFAULT =
      new FunctionPlacement(Hints.none(), new Affinity.None());
}
