package dev.brink.mesh.config;

/** Text from outside, made fit for a one-line message. */
final class Printable {
  private static final int LONGEST = 200;

  /** Control characters become {@code ?}, a long text is cut. */
  static String of(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    StringBuilder out = new StringBuilder(start.length());
    start.chars().forEach(c -> out.append(Character.isISOControl(c) ? '?' : (char) c));
    return out.toString();
  }

  private Printable() {}
}
