package dev.brink.cache;

import java.time.Duration;
import java.time.Instant;

/**
 * Outdates what is stored, by one record that is looked at when something is about to be used.
 *
 * @param scope what {@code value} names
 * @param space of whose responses; empty: of all
 * @param value a URL for {@link Scope#URL} and {@link Scope#PREFIX} (host and path; the scheme
 *     matters only for its own port), a host, a tag, or nothing; kept in normal form: a URL without
 *     its scheme, its host in lower case, its path in normal form and its query as it is
 * @param soft whether what it hits may still be served stale while it is validated
 * @param stamp what was fetched no later than this is hit; 0: than now
 */
public record Purge(Scope scope, String space, String value, boolean soft, long stamp) {
  private static final int MAX_VALUE = 8 * 1024;

  /**
   * @throws IllegalArgumentException when the value is not one of its scope
   */
  public Purge {
    checkLength(value, "");
    String normal = value.isEmpty() ? "" : PurgeNames.normal(scope, value);
    if (normal.isEmpty() != (scope == Scope.ALL)) {
      throw new IllegalArgumentException("value: " + value + " (expected: " + scope.expected + ")");
    }
    // Escapes make it longer, in any of its forms.
    checkLength(PurgeNames.longest(scope, normal), " in normal form");
    value = normal;
  }

  private static void checkLength(String value, String which) {
    if (value.length() > MAX_VALUE) {
      throw new IllegalArgumentException(
          "value: "
              + value.length()
              + " characters"
              + which
              + " (expected: at most "
              + MAX_VALUE
              + ")");
    }
  }

  /** What a purge's value names. */
  public enum Scope {
    URL("a URL"),
    PREFIX("the beginning of URLs"),
    HOST("a host"),
    TAG("a tag"),
    ALL("nothing");

    private final String expected;

    Scope(String expected) {
      this.expected = expected;
    }
  }

  /** A hard purge of all spaces, as of now. */
  public static Purge of(Scope scope, String value) {
    return new Purge(scope, "", value, false, 0);
  }

  /** Whether its stamp, by the clock that it is of, is from so long before a moment. */
  public boolean isOlderThan(Duration age, Instant moment) {
    return stamp < CacheClock.beginning(moment.minus(age));
  }

  /** The same with another stamp. */
  public Purge at(long newStamp) {
    return new Purge(scope, space, value, soft, newStamp);
  }
}
