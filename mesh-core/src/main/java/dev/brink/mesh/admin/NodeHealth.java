package dev.brink.mesh.admin;

/** Whether a node should get requests. */
@FunctionalInterface
public interface NodeHealth {
  /** Why it should not; empty when it should. */
  String notReadyReason();
}
