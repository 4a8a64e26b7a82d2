package dev.brink.mesh.config;

/** Text that must not be printed: {@code toString} hides it. */
public record Secret(String reveal) {
  public static Secret of(String text) {
    return new Secret(text);
  }

  @Override
  public String toString() {
    return "***";
  }
}
