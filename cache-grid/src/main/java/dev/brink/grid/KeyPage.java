package dev.brink.grid;

import java.util.List;
import java.util.Optional;

/**
 * Some keys in order.
 *
 * @param keys ordered by their UTF-8 bytes
 * @param cursor where to go on; empty when these are the last
 */
public record KeyPage(List<KeyInfo> keys, Optional<String> cursor) {
  public KeyPage {
    keys = List.copyOf(keys);
  }
}
