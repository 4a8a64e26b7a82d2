package dev.brink.mesh.kv;

import dev.brink.exec.binding.BindingException;
import dev.brink.grid.GridException;
import dev.brink.grid.GridUnavailableException;
import dev.brink.grid.NotACounterException;
import dev.brink.grid.ValueTooLargeException;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/** What failed calls of namespaces are called outside: nothing of the host is in it. */
final class NamespaceFailures {
  static final String UNAVAILABLE = "kv-unavailable";

  /** A write that may have been done: whoever does it again may do it twice. */
  static final String UNKNOWN = "kv-outcome-unknown";

  private NamespaceFailures() {}

  /** What a function gets; a failure that is not known is given on as it is, to be logged. */
  static Throwable forFunctions(Throwable failure) {
    Throwable cause = cause(failure);
    return switch (cause) {
      case BindingException e -> e;
      case ValueTooLargeException e -> BindingException.range(message(e));
      case NotACounterException e -> BindingException.type(message(e));
      case IllegalArgumentException e -> BindingException.type(message(e));
      case GridUnavailableException e ->
          e.outcomeUnknown()
              ? BindingException.failed(UNKNOWN, unknown(e), false)
              : BindingException.failed(UNAVAILABLE, unavailable(e), e.retryable());
      case ProblemException e ->
          e.problem().status() == 413
              ? BindingException.range(e.problem().detail())
              : BindingException.failed(
                  UNAVAILABLE, e.problem().detail(), e.problem().status() == 503);
      case GridException e -> BindingException.failed("kv-failed", message(e), false);
      default -> cause;
    };
  }

  /** What the admin API answers. */
  static RuntimeException forAdmins(Throwable failure) {
    Throwable cause = cause(failure);
    return switch (cause) {
      case ProblemException e -> e;
      case IllegalArgumentException e -> e;
      case ValueTooLargeException e ->
          new ProblemException(Problem.of(413, "value-too-large", message(e)));
      case NotACounterException e ->
          new ProblemException(Problem.of(409, "not-a-counter", message(e)));
      case GridUnavailableException e ->
          new ProblemException(
              e.outcomeUnknown()
                  ? Problem.of(500, UNKNOWN, message(e))
                  : new Problem(503, UNAVAILABLE, message(e), e.retryable() ? 1 : 0));
      case GridException e -> new ProblemException(Problem.of(500, "kv-failed", message(e)));
      default -> new IllegalStateException("a call of a namespace failed", cause);
    };
  }

  private static String unknown(GridUnavailableException failure) {
    return "whether the write was done is not known: "
        + failure.reason().name().toLowerCase(Locale.ROOT)
        + " (read before trying again)";
  }

  private static String unavailable(GridUnavailableException failure) {
    return "the namespace cannot be reached now: "
        + failure.reason().name().toLowerCase(Locale.ROOT);
  }

  private static String message(Throwable failure) {
    return String.valueOf(failure.getMessage());
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
