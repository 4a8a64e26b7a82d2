package dev.brink.placement;

/**
 * What a function wants to be near to. Anything but the caller narrows the candidates to the nodes
 * that are as near to it as any, with some slack; among those the lowest expected latency wins.
 */
public sealed interface Near {
  /** The caller: no narrowing. The default. */
  record Caller() implements Near {}

  /** The data it usually reads: keys and origins. */
  record Data() implements Near {}

  /** The origins it usually fetches from. */
  record Origin() implements Near {}

  /**
   * Certain nodes.
   *
   * @param selector which
   */
  record Nodes(NodeSelector selector) implements Near {}

  /** The default. */
  Near CALLER = new Caller();

  /**
   * Reads the written form: {@code caller}, {@code data}, {@code origin}, or what {@link
   * NodeSelector#parse} reads.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static Near parse(String text) {
    return switch (text.strip()) {
      case "caller" -> CALLER;
      case "data" -> new Data();
      case "origin" -> new Origin();
      default -> new Nodes(NodeSelector.parse(text));
    };
  }
}
