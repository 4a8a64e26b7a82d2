package dev.brink.mesh.registry;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.exec.FunctionException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.LoadedFunction;
import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.proto.StoredRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is deployed, loaded and served here. Records come from the grid, from a peer's link or from
 * the file, in any order and more than once; the newest stamp wins. A new version is loaded and
 * warmed first and only then swapped in; until then the one before serves.
 *
 * <p>Thread-safe. {@link #snapshot} is one volatile read; all changes happen on one thread.
 */
public final class Registry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);
  private static final long KEEP_UNUSED_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long SWEEP_SECONDS = 10;
  private static final long WRITE_DELAY_MILLIS = 20;

  private final FunctionRuntime runtime;
  private final FunctionLimits defaults;
  private final HostBindings bindings;
  private final SnapshotStore store;
  private final Consumer<Snapshot> onChange;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-registry").factory());

  private final Map<String, DeploymentState> deployments = new HashMap<>();
  private final Map<String, Stamp> removed = new HashMap<>();
  private final Map<String, VersionState> versions = new HashMap<>();
  private boolean writePlanned;
  private volatile Snapshot snapshot = Snapshot.empty();

  /**
   * Starts empty; {@link #restore} reads the file.
   *
   * @param defaults for limits that manifests do not set
   * @param bindings makes what versions ask the host for
   * @param file where the snapshot is kept
   * @param onChange hears of each new snapshot, on the registry's thread
   */
  public Registry(
      FunctionRuntime runtime,
      FunctionLimits defaults,
      HostBindings bindings,
      Path file,
      Consumer<Snapshot> onChange) {
    this.runtime = runtime;
    this.defaults = defaults;
    this.bindings = bindings;
    this.store = new SnapshotStore(file);
    this.onChange = onChange;
    var _ =
        thread.scheduleWithFixedDelay(
            guarded(this::sweep), SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /** What is served now. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /**
   * Reads the file.
   *
   * @return completes with what was in it when each deployment is served or has failed
   */
  public CompletionStage<SnapshotFile> restore() {
    return CompletableFuture.supplyAsync(store::read, thread)
        .thenCompose(
            file -> {
              file.getVersionsList().forEach(record -> version(record.getKey(), entry(record)));
              CompletableFuture<?>[] all =
                  file.getDeploymentsList().stream()
                      .map(this::restored)
                      .map(served -> served.exceptionally(failure -> null))
                      .toArray(CompletableFuture<?>[]::new);
              return CompletableFuture.allOf(all).thenApply(done -> file);
            });
  }

  private CompletableFuture<Void> restored(StoredRecord record) {
    CompletableFuture<Void> served = new CompletableFuture<>();
    deployment(record.getKey(), entry(record), served);
    return served;
  }

  /**
   * Loads a version ahead of a deployment of it.
   *
   * @return completes when it is loaded and warm; fails with {@link RegistryException}, which says
   *     why and where in the source
   */
  public CompletionStage<Void> prepare(FunctionVersion version) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    thread.execute(
        guarded(
            () -> {
              VersionState state =
                  versions.computeIfAbsent(
                      version.getDigest(), digest -> new VersionState(version));
              state.waiters.add(ready);
              settle(state);
              if (!state.waiters.isEmpty()) {
                load(state);
              }
            }));
    return ready;
  }

  private static void settle(VersionState state) {
    if (state.loaded != null) {
      state.waiters.forEach(waiter -> waiter.complete(null));
      state.waiters.clear();
    } else if (state.failure != null) {
      String why = state.failure;
      state.waiters.forEach(waiter -> waiter.completeExceptionally(new RegistryException(why)));
      state.waiters.clear();
    }
  }

  /** A version's content has arrived. Content that is not what its digest says is refused. */
  public void putVersion(String digest, Entry entry) {
    thread.execute(guarded(() -> version(digest, entry)));
  }

  /**
   * A deployment has arrived.
   *
   * @return completes when this node serves it or something newer; exceptionally when it cannot
   */
  public CompletionStage<Void> putDeployment(String key, Entry entry) {
    CompletableFuture<Void> served = new CompletableFuture<>();
    thread.execute(guarded(() -> deployment(key, entry, served)));
    return served;
  }

  /** A name was taken out. */
  public void removeDeployment(String key, Stamp stamp) {
    thread.execute(
        guarded(
            () -> {
              DeploymentState present = deployments.get(key);
              if (present != null && present.stamp.compareTo(stamp) < 0) {
                deployments.remove(key);
                fail(present, key + " was removed");
              }
              removed.merge(key, stamp, (a, b) -> a.compareTo(b) >= 0 ? a : b);
              publish();
            }));
  }

  private void version(String digest, Entry entry) {
    if (versions.containsKey(digest)) {
      return;
    }
    try {
      FunctionVersion version = FunctionVersion.parseFrom(entry.value());
      if (!version.getDigest().equals(digest) || !VersionDigest.matches(version)) {
        LOG.error("version {}: its content is not what the digest says; refused", digest);
        return;
      }
      versions.put(digest, new VersionState(version));
      deployments.values().stream()
          .filter(state -> state.digests().contains(digest))
          .toList()
          .forEach(this::advance);
    } catch (InvalidProtocolBufferException e) {
      LOG.error("version {}: unreadable: {}", digest, e.getMessage());
    }
  }

  private void deployment(String key, Entry entry, CompletableFuture<Void> served) {
    DeploymentState present = deployments.get(key);
    Stamp gone = removed.get(key);
    if (gone != null && gone.compareTo(entry.stamp()) > 0) {
      served.completeExceptionally(new RegistryException(key + " was removed later"));
      return;
    }
    if (present != null && present.stamp.compareTo(entry.stamp()) >= 0) {
      present.waiters.add(served);
      advance(present);
      return;
    }
    try {
      var state = new DeploymentState(key, Deployment.parseFrom(entry.value()), entry.stamp());
      state.waiters.add(served);
      if (present != null) {
        state.before = present.before == null ? present : present.before;
        fail(present, key + " was replaced by a newer deployment");
      }
      removed.remove(key);
      deployments.put(key, state);
      advance(state);
    } catch (InvalidProtocolBufferException e) {
      LOG.error("deployment {}: unreadable: {}", key, e.getMessage());
      served.completeExceptionally(new RegistryException("unreadable deployment of " + key));
    }
  }

  /** Brings a deployment on: loads what it lacks, swaps it in when nothing is lacking. */
  private void advance(DeploymentState state) {
    if (deployments.get(state.key) != state) {
      return;
    }
    boolean complete = true;
    for (String digest : state.digests()) {
      VersionState version = versions.get(digest);
      if (version == null) {
        complete = false;
      } else if (version.failure != null) {
        fail(state, version.failure);
        publish();
        return;
      } else if (version.loaded == null) {
        complete = false;
        load(version);
      }
    }
    if (complete) {
      state.before = null;
    }
    publish();
    if (complete) {
      List.copyOf(state.waiters).forEach(waiter -> waiter.complete(null));
      state.waiters.clear();
    }
  }

  private static void fail(DeploymentState state, String why) {
    List.copyOf(state.waiters)
        .forEach(waiter -> waiter.completeExceptionally(new RegistryException(why)));
    state.waiters.clear();
  }

  private void load(VersionState version) {
    if (version.loading) {
      return;
    }
    version.loading = true;
    runtime
        .load(Bundles.of(version.version, defaults, bindings))
        .whenComplete(
            (loaded, failure) -> thread.execute(guarded(() -> loaded(version, loaded, failure))));
  }

  private void loaded(
      VersionState version, @Nullable LoadedFunction loaded, @Nullable Throwable failure) {
    version.loading = false;
    if (loaded != null) {
      version.loaded = loaded;
    } else {
      version.failure = text(failure);
      LOG.error(
          "{}/{}: cannot be loaded: {}",
          version.version.getTenant(),
          version.version.getName(),
          version.failure);
    }
    settle(version);
    deployments.values().stream()
        .filter(state -> state.digests().contains(version.version.getDigest()))
        .toList()
        .forEach(this::advance);
  }

  private static String text(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
    if (cause instanceof FunctionException e) {
      return (e.position() == null ? "" : e.position() + ": ") + e.getMessage();
    }
    return String.valueOf(cause);
  }

  private void publish() {
    Snapshot next = SnapshotBuilder.build(deployments.values(), versions);
    snapshot = next;
    onChange.accept(next);
    if (!writePlanned) {
      writePlanned = true;
      var _ = thread.schedule(guarded(this::write), WRITE_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void write() {
    writePlanned = false;
    SnapshotFile.Builder file = SnapshotFile.newBuilder();
    Set<String> wanted = new HashSet<>();
    for (DeploymentState state : deployments.values()) {
      file.addDeployments(record(state.key, state.deployment.toByteString(), state.stamp));
      wanted.addAll(state.digests());
    }
    versions.forEach(
        (digest, state) -> {
          if (wanted.contains(digest)) {
            file.addVersions(
                StoredRecord.newBuilder().setKey(digest).setValue(state.version.toByteString()));
          }
        });
    try {
      store.write(file.build());
    } catch (IOException e) {
      LOG.error("snapshot: cannot be written: {}; tried again with the next change", e.toString());
    }
  }

  /** Unloads what nothing has referred to for a while. */
  private void sweep() {
    Set<String> wanted = new HashSet<>();
    for (DeploymentState state : deployments.values()) {
      wanted.addAll(state.digests());
      if (state.before != null) {
        wanted.addAll(state.before.digests());
      }
    }
    long now = System.nanoTime();
    boolean changed = false;
    for (VersionState state : List.copyOf(versions.values())) {
      if (wanted.contains(state.version.getDigest()) || state.loading) {
        state.unusedSinceNanos = 0;
      } else if (state.unusedSinceNanos == 0) {
        state.unusedSinceNanos = now == 0 ? 1 : now;
      } else if (now - state.unusedSinceNanos > KEEP_UNUSED_NANOS) {
        versions.remove(state.version.getDigest());
        changed = true;
        if (state.loaded != null) {
          state.loaded.close();
        }
      }
    }
    if (changed) {
      publish();
    }
  }

  /** A record as it crosses a link or lies in the file. */
  public static StoredRecord record(String key, ByteString value, Stamp stamp) {
    return StoredRecord.newBuilder()
        .setKey(key)
        .setValue(value)
        .setWallMillis(stamp.wallMillis())
        .setCounter(stamp.counter())
        .setNode(stamp.node().toString())
        .build();
  }

  /** The reverse of {@link #record}. */
  public static Entry entry(StoredRecord record) {
    return new Entry(
        record.getValue().toByteArray(),
        new Stamp(
            record.getWallMillis(),
            record.getCounter(),
            record.getNode().isEmpty() ? new UUID(0, 0) : UUID.fromString(record.getNode())));
  }

  private static Runnable guarded(Runnable action) {
    return () -> {
      try {
        action.run();
      } catch (RuntimeException e) {
        LOG.error("registry: unexpected", e);
      }
    };
  }

  /** Writes what is not written yet and stops. The runtime's functions stay loaded. */
  @Override
  public void close() {
    thread.execute(
        guarded(
            () -> {
              if (writePlanned) {
                write();
              }
              deployments.values().forEach(state -> fail(state, "the node stops"));
            }));
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("registry: did not stop within 5 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
