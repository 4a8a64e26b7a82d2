package dev.brink.cache;

import java.util.List;
import java.util.Set;

/**
 * Which parameters of a query are part of a cache key. Parameters in the key are sorted by name, so
 * that their order does not matter; those with one name keep theirs. Escapes are in normal form, so
 * that {@code %7e} is {@code ~}, in names as in values.
 *
 * @param mode what {@code names} are
 * @param names of parameters, kept in normal form; {@code *} at the end stands for anything
 * @param trackers whether parameters that only trace where a visitor came from, such as {@code
 *     utm_source}, are left out
 */
public record QueryRule(Mode mode, List<String> names, boolean trackers) {
  /** Everything but trackers. */
  public static final QueryRule ALL = new QueryRule(Mode.ALL, List.of(), true);

  /** Everything as it comes. */
  public static final QueryRule VERBATIM = new QueryRule(Mode.VERBATIM, List.of(), false);

  private static final Set<String> TRACKERS =
      Set.of(
          "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "mc_cid", "mc_eid",
          "yclid", "igshid", "twclid", "ttclid", "_ga", "_gl", "_hsenc", "_hsmi", "vero_id");

  public QueryRule {
    names = names.stream().map(UrlPath::unescaped).toList();
  }

  /** What the names of a rule are. */
  public enum Mode {
    /** All parameters count. */
    ALL,
    /** Only those named count. */
    ONLY,
    /** All but those named count. */
    EXCEPT,
    /** The query counts as it is, unsorted, escapes included. */
    VERBATIM
  }

  boolean keeps(String parameter) {
    if (trackers && (TRACKERS.contains(parameter) || parameter.startsWith("utm_"))) {
      return false;
    }
    return switch (mode) {
      case ALL, VERBATIM -> true;
      case ONLY -> named(parameter);
      case EXCEPT -> !named(parameter);
    };
  }

  private boolean named(String parameter) {
    for (String name : names) {
      boolean open = name.endsWith("*");
      if (open
          ? parameter.startsWith(name.substring(0, name.length() - 1))
          : parameter.equals(name)) {
        return true;
      }
    }
    return false;
  }
}
