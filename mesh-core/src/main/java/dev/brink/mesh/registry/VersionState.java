package dev.brink.mesh.registry;

import dev.brink.exec.LoadedFunction;
import dev.brink.mesh.proto.FunctionVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A version on this node. Touched on the registry's thread only. */
final class VersionState {
  final FunctionVersion version;
  @Nullable LoadedFunction loaded;
  boolean loading;

  /** Why it could not be loaded. */
  @Nullable LoadFailure failure;

  /** How often that went wrong, one time after the other. */
  int failures;

  /** Not before then is it tried again, if the failure may pass. */
  long retryAtNanos;

  /** Wait until it is loaded or has failed. */
  final List<CompletableFuture<Void>> waiters = new ArrayList<>();

  /** Wait until it runs with the secrets that its function has now. */
  final List<CompletableFuture<Void>> upToDate = new ArrayList<>();

  /** When nothing referred to it any more; 0 while something does. */
  long unusedSinceNanos;

  VersionState(FunctionVersion version) {
    this.version = version;
  }
}
