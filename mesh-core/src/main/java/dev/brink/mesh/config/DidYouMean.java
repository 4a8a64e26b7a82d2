package dev.brink.mesh.config;

import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Finds what a mistyped name was meant to be, by Levenshtein's edit distance. */
final class DidYouMean {
  /** The name nearest to {@code typed}; {@code null} when none is near. */
  static @Nullable String nearest(String typed, Collection<String> names) {
    if (typed.length() > 100) {
      return null;
    }
    int most = Math.max(2, typed.length() / 4);
    String nearest =
        names.stream()
            .min(
                Comparator.<String>comparingInt(name -> distance(typed, name))
                    .thenComparing(n -> n))
            .orElse(null);
    return nearest != null && distance(typed, nearest) <= most ? nearest : sameEnd(typed, names);
  }

  /** The only name whose last part is what was typed: {@code preset} for {@code grid.preset}. */
  private static @Nullable String sameEnd(String typed, Collection<String> names) {
    String end = typed.substring(typed.lastIndexOf('.') + 1);
    var same = names.stream().filter(name -> name.endsWith("." + end)).toList();
    return same.size() == 1 ? same.getFirst() : null;
  }

  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] done = previous;
      previous = current;
      current = done;
    }
    return previous[b.length()];
  }

  private DidYouMean() {}
}
