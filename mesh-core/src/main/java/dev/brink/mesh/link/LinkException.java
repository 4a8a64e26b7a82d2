package dev.brink.mesh.link;

/** A peer said something that the link's protocol does not allow. */
final class LinkException extends Exception {
  private static final long serialVersionUID = 1L;

  LinkException(String message) {
    super(message, null, false, false);
  }
}
