package dev.brink.mesh.registry;

import dev.brink.exec.FunctionException;
import dev.brink.mesh.secret.UnreadableSecretException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Why a version could not be loaded.
 *
 * @param code stable, kebab-case
 * @param mayPass whether the same version may load here later
 */
record LoadFailure(String code, String why, boolean mayPass) {
  private static final String MODULE_ERROR = "module-error";

  static LoadFailure of(@Nullable Throwable failure) {
    return switch (failure instanceof CompletionException e ? e.getCause() : failure) {
      case FunctionException e ->
          new LoadFailure(
              code(e),
              (e.position() == null ? "" : e.position() + ": ") + e.getMessage(),
              e.mayPass());
      case UnreadableSecretException e ->
          new LoadFailure(MODULE_ERROR, String.valueOf(e.getMessage()), false);
      case OutOfMemoryError e -> new LoadFailure(MODULE_ERROR, e.toString(), true);
      case null, default -> new LoadFailure(MODULE_ERROR, String.valueOf(failure), false);
    };
  }

  private static String code(FunctionException failure) {
    return switch (failure.code()) {
      case CODE_LIMIT -> "code-limit";
      case START_UP_LIMIT -> "start-up-limit";
      case MEMORY_LIMIT -> "memory-limit";
      default -> MODULE_ERROR;
    };
  }
}
