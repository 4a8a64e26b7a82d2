package dev.brink.mesh.registry;

/** A deployment that this node does not serve; the message says why. */
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RegistryException(String message) {
    super(message, null, false, false);
  }
}
