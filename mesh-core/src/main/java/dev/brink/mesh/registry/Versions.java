package dev.brink.mesh.registry;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.LoadedFunction;
import dev.brink.exec.Secret;
import dev.brink.grid.Entry;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.secret.SecretId;
import dev.brink.mesh.secret.UnreadableSecretException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The function versions that this node knows: loads them, loads them anew when their secrets
 * change, and lets them go. What is replaced stays for a while, for calls that have found it.
 * Touched on the registry's thread only.
 */
final class Versions {
  private static final Logger LOG = LoggerFactory.getLogger(Versions.class);
  private static final long KEEP_UNUSED_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LAST_RETRY_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** So often is loading tried, which takes an hour and some, before only a new deploy tries. */
  private static final int MAX_TRIES = 20;

  private final FunctionRuntime runtime;
  private final FunctionLimits defaults;
  private final HostBindings bindings;
  private final FunctionSecrets secrets;
  private final Executor thread;
  private final LongSupplier nanoTime;
  private final Consumer<VersionState> onChange;
  private final Map<String, VersionState> byDigest = new HashMap<>();
  private final List<Replaced> replaced = new ArrayList<>();

  private record Replaced(LoadedFunction function, long sinceNanos) {}

  /**
   * @param thread the registry's
   * @param nanoTime as {@link System#nanoTime}
   * @param onChange hears when a version was loaded, or could not be
   */
  Versions(
      FunctionRuntime runtime,
      FunctionLimits defaults,
      HostBindings bindings,
      FunctionSecrets secrets,
      Executor thread,
      LongSupplier nanoTime,
      Consumer<VersionState> onChange) {
    this.runtime = runtime;
    this.defaults = defaults;
    this.bindings = bindings;
    this.secrets = secrets;
    this.thread = thread;
    this.nanoTime = nanoTime;
    this.onChange = onChange;
  }

  @Nullable VersionState get(String digest) {
    return byDigest.get(digest);
  }

  Map<String, VersionState> all() {
    return Collections.unmodifiableMap(byDigest);
  }

  /**
   * Takes a version's content, unless it is known. Who sends it is about to deploy it, so what is
   * known is kept for another while.
   *
   * @return whether it is new; content that is not what its digest says is refused
   */
  boolean add(String digest, Entry entry) {
    VersionState known = byDigest.get(digest);
    if (known != null) {
      known.unusedSinceNanos = 0;
      return false;
    }
    try {
      FunctionVersion version = FunctionVersion.parseFrom(entry.value());
      if (!version.getDigest().equals(digest) || !VersionDigest.matches(version)) {
        LOG.error("version {}: its content is not what the digest says; refused", digest);
        return false;
      }
      byDigest.put(digest, new VersionState(version));
      return true;
    } catch (InvalidProtocolBufferException e) {
      LOG.error("version {}: unreadable: {}", digest, e.getMessage());
      return false;
    }
  }

  /** Loads a version that nothing may refer to yet; it is kept for a while from now. */
  void prepare(FunctionVersion version, CompletableFuture<Void> ready) {
    VersionState state =
        byDigest.computeIfAbsent(version.getDigest(), _ -> new VersionState(version));
    state.unusedSinceNanos = 0;
    forgive(state);
    state.waiters.add(ready);
    settle(state);
    if (!state.waiters.isEmpty()) {
      load(state);
    }
  }

  /**
   * Something new is to be served with the version: a failure that may have passed is forgotten.
   */
  void forgive(String digest) {
    VersionState state = byDigest.get(digest);
    if (state != null) {
      forgive(state);
    }
  }

  private static void forgive(VersionState state) {
    if (state.failure != null && state.failure.mayPass()) {
      state.failure = null;
      state.failures = 0;
    }
  }

  private static void settle(VersionState state) {
    if (state.loaded != null) {
      state.waiters.forEach(waiter -> waiter.complete(null));
      state.waiters.clear();
    } else if (state.failure != null) {
      LoadFailure failure = state.failure;
      state.waiters.forEach(
          waiter ->
              waiter.completeExceptionally(
                  new RegistryException(failure.code(), failure.why(), failure.mayPass())));
      state.waiters.clear();
    }
  }

  /** Begins to load a version, or to load it anew. */
  void load(VersionState state) {
    if (state.loading) {
      return;
    }
    state.loading = true;
    CompletionStage<? extends LoadedFunction> loading;
    try {
      secrets.catchUp(state.version.getTenant(), state.version.getName());
      loading =
          runtime.load(Bundles.of(state.version, defaults, bindings).withSecrets(secrets(state)));
    } catch (RuntimeException | OutOfMemoryError e) {
      // A peer may have sent what no manifest can say.
      thread.execute(() -> loaded(state, null, e));
      return;
    }
    var _ =
        loading.whenComplete(
            (loaded, failure) -> thread.execute(() -> loaded(state, loaded, failure)));
  }

  private Map<String, Secret> secrets(VersionState state) {
    return secrets.of(state.version.getTenant(), state.version.getName());
  }

  private void loaded(
      VersionState state, @Nullable LoadedFunction loaded, @Nullable Throwable failure) {
    state.loading = false;
    if (loaded != null) {
      if (state.loaded != null) {
        replaced.add(new Replaced(state.loaded, nanoTime.getAsLong()));
      }
      state.loaded = loaded;
      state.failure = null;
      state.failures = 0;
    } else {
      failed(state, LoadFailure.of(failure));
    }
    settle(state);
    onChange.accept(state);
    if (loaded != null) {
      refresh(state);
    }
    if (!state.loading) {
      state.upToDate.forEach(waiter -> waiter.complete(null));
      state.upToDate.clear();
    }
  }

  private void failed(VersionState state, LoadFailure failure) {
    String name = state.version.getTenant() + "/" + state.version.getName();
    if (state.loaded != null) {
      LOG.error("{}: goes on with the secrets that it had: {}", name, failure.why());
      return;
    }
    state.failure = failure;
    state.failures++;
    long retryNanos =
        Math.min(LAST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(state.failures - 1, MAX_TRIES));
    state.retryAtNanos = nanoTime.getAsLong() + retryNanos;
    if (mayTryAgain(state)) {
      LOG.error(
          "{}: cannot be loaded: {}; tried again in {} s",
          name,
          failure.why(),
          TimeUnit.NANOSECONDS.toSeconds(retryNanos));
    } else {
      LOG.error("{}: cannot be loaded: {}", name, failure.why());
    }
  }

  private static boolean mayTryAgain(VersionState state) {
    return state.failure != null && state.failure.mayPass() && state.failures < MAX_TRIES;
  }

  /**
   * A secret has changed: the versions of its function get what it is now.
   *
   * @param done completes when those that are loaded here have it
   */
  void refresh(SecretId secret, CompletableFuture<Void> done) {
    List<CompletableFuture<Void>> waits = new ArrayList<>();
    for (VersionState state : List.copyOf(byDigest.values())) {
      if (state.version.getTenant().equals(secret.tenant())
          && state.version.getName().equals(secret.function())) {
        if (state.failure != null) {
          state.failure = null;
          load(state);
        } else {
          refresh(state);
        }
        if (state.loading) {
          CompletableFuture<Void> wait = new CompletableFuture<>();
          state.upToDate.add(wait);
          waits.add(wait);
        }
      }
    }
    var _ =
        CompletableFuture.allOf(waits.toArray(CompletableFuture<?>[]::new))
            .whenComplete((_, _) -> done.complete(null));
  }

  /** Loads a version anew when its function's secrets are others than those it has. */
  private void refresh(VersionState state) {
    LoadedFunction loaded = state.loaded;
    if (loaded == null || state.loading) {
      return;
    }
    try {
      if (!loaded.bundle().secrets().equals(secrets(state))) {
        load(state);
      }
    } catch (UnreadableSecretException _) {
      // Logged when it came. What is loaded goes on.
    }
  }

  /**
   * Unloads what nothing has referred to for a while, and loads what failed to load and is due to
   * be tried again.
   *
   * @param wanted the digests of what is deployed
   * @return whether anything that was loaded has gone
   */
  boolean sweep(Set<String> wanted) {
    long now = nanoTime.getAsLong();
    boolean changed = false;
    for (VersionState state : List.copyOf(byDigest.values())) {
      if (wanted.contains(state.version.getDigest()) || state.loading) {
        state.unusedSinceNanos = 0;
        if (mayTryAgain(state) && now - state.retryAtNanos >= 0) {
          load(state);
        }
        refresh(state);
      } else if (state.unusedSinceNanos == 0) {
        state.unusedSinceNanos = now == 0 ? 1 : now;
      } else if (now - state.unusedSinceNanos > KEEP_UNUSED_NANOS) {
        byDigest.remove(state.version.getDigest());
        changed = true;
        if (state.loaded != null) {
          state.loaded.close();
        }
      }
    }
    closeReplaced(now);
    return changed;
  }

  private void closeReplaced(long now) {
    for (Iterator<Replaced> all = replaced.iterator(); all.hasNext(); ) {
      Replaced one = all.next();
      if (now - one.sinceNanos > KEEP_UNUSED_NANOS) {
        one.function.close();
        all.remove();
      }
    }
  }
}
