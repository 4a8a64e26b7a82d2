package dev.brink.exec;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A text that a function gets as a property of {@code env} and that nobody else is to see: its
 * {@code toString} hides it, and so do the console and the errors of functions that have it.
 */
public final class Secret {
  /** What is shown instead. */
  static final String HIDDEN = "***";

  private final String value;

  private Secret(String value) {
    this.value = Objects.requireNonNull(value, "value");
  }

  public static Secret of(String value) {
    return new Secret(value);
  }

  /** The text itself. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Secret that && that.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
