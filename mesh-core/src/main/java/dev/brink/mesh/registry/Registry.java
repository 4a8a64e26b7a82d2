package dev.brink.mesh.registry;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.FunctionRuntime;
import dev.brink.grid.Entry;
import dev.brink.grid.Lasting;
import dev.brink.grid.Stamp;
import dev.brink.grid.Throttle;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.proto.StoredRecord;
import dev.brink.mesh.secret.SecretId;
import dev.brink.mesh.secret.SecretKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  private static final long SWEEP_SECONDS = 10;
  private static final long WRITE_DELAY_MILLIS = 20;
  private static final Duration FAILURE_LINES = Duration.ofMinutes(1);

  private final UnreadableDeployments unreadable = new UnreadableDeployments();
  private final SnapshotStore store;
  private final Consumer<Snapshot> onChange;
  private final Lasting lasting = new Lasting(LOG, "registry: unexpected");
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-registry").factory());

  private final Map<String, DeploymentState> deployments = new HashMap<>();
  private final Map<String, Stamp> removed = new Removals();
  private final FunctionSecrets secrets;
  private final Versions versions;
  private final Throttle failures = new Throttle(FAILURE_LINES);
  private boolean writePlanned;
  private volatile boolean unwritten;
  private volatile Snapshot snapshot = Snapshot.empty();

  /**
   * Starts empty; {@link #restore} reads the file.
   *
   * @param defaults for limits that manifests do not set
   * @param bindings makes what versions ask the host for
   * @param keys open functions' secrets
   * @param file where the snapshot is kept
   * @param onChange hears of each new snapshot, on the registry's thread
   */
  public Registry(
      FunctionRuntime runtime,
      FunctionLimits defaults,
      HostBindings bindings,
      SecretKeys keys,
      Path file,
      Consumer<Snapshot> onChange) {
    this.secrets = new FunctionSecrets(keys);
    this.versions =
        new Versions(
            runtime,
            defaults,
            bindings,
            secrets,
            task -> thread.execute(lasting.of(task)),
            System::nanoTime,
            this::versionChanged);
    this.store = new SnapshotStore(file);
    this.onChange = onChange;
    var _ =
        thread.scheduleWithFixedDelay(
            lasting.of(this::sweep), SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /** What is served now. */
  public Snapshot snapshot() {
    return snapshot;
  }

  /**
   * Reads the file.
   *
   * @return completes with what was in it when it is {@link #settled}
   */
  public CompletionStage<SnapshotFile> restore() {
    return CompletableFuture.supplyAsync(store::read, thread)
        .thenComposeAsync(
            file -> {
              file.getSecretsList()
                  .forEach(record -> secrets.put(record.getKey(), StoredRecords.entry(record)));
              file.getVersionsList()
                  .forEach(record -> version(record.getKey(), StoredRecords.entry(record)));
              file.getDeploymentsList()
                  .forEach(
                      record ->
                          deployment(
                              record.getKey(),
                              StoredRecords.entry(record),
                              new CompletableFuture<>()));
              return settle().thenApply(done -> file);
            },
            thread);
  }

  /**
   * Waits for what has come until now.
   *
   * @return completes when each deployment whose code is here is served or has failed; one whose
   *     code is missing, which may never come, is not waited for
   */
  public CompletionStage<Void> settled() {
    return CompletableFuture.allOf().thenComposeAsync(nothing -> settle(), thread);
  }

  private CompletableFuture<Void> settle() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (DeploymentState state : deployments.values()) {
      List<VersionState> needed = new ArrayList<>();
      for (String digest : state.digests()) {
        VersionState version = versions.get(digest);
        if (version != null) {
          needed.add(version);
        }
      }
      if (needed.size() < state.digests().size()) {
        LOG.warn("{}: its code is not here yet", state.key);
      } else if (needed.stream().noneMatch(version -> version.failure != null)
          && needed.stream().anyMatch(version -> version.loaded == null)) {
        // They are being loaded since the deployment came.
        CompletableFuture<Void> served = new CompletableFuture<>();
        all.add(served.exceptionally(failure -> null));
        state.waiters.add(served);
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new));
  }

  /**
   * Loads a version ahead of a deployment of it.
   *
   * @return completes when it is loaded and warm; fails with {@link RegistryException}, which says
   *     why and where in the source
   */
  public CompletionStage<Void> prepare(FunctionVersion version) {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    try {
      thread.execute(lasting.of(() -> versions.prepare(version, ready)));
    } catch (RejectedExecutionException e) {
      ready.completeExceptionally(
          new RegistryException("node-stopping", "the node stops, or has stopped", true));
    }
    return ready;
  }

  /** A version's content has arrived. Content that is not what its digest says is refused. */
  public void putVersion(String digest, Entry entry) {
    thread.execute(lasting.of(() -> version(digest, entry)));
  }

  /**
   * A deployment has arrived.
   *
   * @return completes when this node serves it or something newer; exceptionally when it cannot
   */
  public CompletionStage<Void> putDeployment(String key, Entry entry) {
    CompletableFuture<Void> served = new CompletableFuture<>();
    thread.execute(lasting.of(() -> deployment(key, entry, served)));
    return served;
  }

  /**
   * A name was taken out.
   *
   * @return completes when the snapshot is without it
   */
  public CompletionStage<Void> removeDeployment(String key, Stamp stamp) {
    return CompletableFuture.runAsync(
        lasting.of(
            () -> {
              DeploymentState present = deployments.get(key);
              if (present != null && present.stamp.compareTo(stamp) < 0) {
                deployments.remove(key);
                fail(present, key + " was removed");
              }
              unreadable.gone(key);
              removed.merge(key, stamp, (a, b) -> a.compareTo(b) >= 0 ? a : b);
              publish();
            }),
        thread);
  }

  /** Secrets are looked up there too, for those that nobody has told of yet. */
  void secretsFrom(Supplier<Map<String, Entry>> entries) {
    thread.execute(lasting.of(() -> secrets.source(entries)));
  }

  /**
   * A secret has arrived, by {@code tenant/function/name}.
   *
   * @return completes when what is loaded here of its function has it, or cannot have it
   */
  public CompletionStage<Void> putSecret(String key, Entry entry) {
    return secretChanged(() -> secrets.put(key, entry));
  }

  /**
   * A secret was taken away.
   *
   * @return as {@link #putSecret}
   */
  public CompletionStage<Void> removeSecret(String key, Stamp stamp) {
    return secretChanged(() -> secrets.remove(key, stamp));
  }

  private CompletionStage<Void> secretChanged(Supplier<@Nullable SecretId> change) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    thread.execute(
        lasting.of(
            () -> {
              SecretId secret = change.get();
              if (secret == null) {
                done.complete(null);
              } else {
                versions.refresh(secret, done);
                planWrite();
              }
            }));
    return done;
  }

  /** How many deployments this node can't read, and so doesn't serve. */
  public int unreadableDeployments() {
    return unreadable.count();
  }

  /** Whether something served here could not be written to the snapshot's file, so far. */
  public boolean unwritten() {
    return unwritten;
  }

  /** How many secrets there are. */
  public int secretCount() {
    return secrets.held();
  }

  /** How many of them this node cannot open. */
  public int unreadableSecrets() {
    return secrets.unreadable();
  }

  private void version(String digest, Entry entry) {
    if (versions.add(digest, entry)) {
      advanceAllOf(digest);
    }
  }

  private void versionChanged(VersionState version) {
    advanceAllOf(version.version.getDigest());
    // What was loaded anew may be served by a deployment that is to be replaced, or by none.
    publish();
  }

  private void advanceAllOf(String digest) {
    deployments.values().stream()
        .filter(state -> state.digests().contains(digest))
        .toList()
        .forEach(this::advance);
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
      unreadable.gone(key);
      deployments.put(key, state);
      state.digests().forEach(versions::forgive);
      advance(state);
    } catch (InvalidProtocolBufferException e) {
      unreadable.met(key, entry.stamp(), String.valueOf(e.getMessage()));
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
        fail(state, version.failure.why());
        publish();
        return;
      } else if (version.loaded == null) {
        complete = false;
        versions.load(version);
      }
    }
    if (complete) {
      state.before = null;
    }
    publish();
    if (unreadable.has(state.key)) {
      fail(state, "unreadable deployment of " + state.key);
    } else if (complete) {
      List.copyOf(state.waiters).forEach(waiter -> waiter.complete(null));
      state.waiters.clear();
    }
  }

  private static void fail(DeploymentState state, String why) {
    List.copyOf(state.waiters)
        .forEach(waiter -> waiter.completeExceptionally(new RegistryException(why)));
    state.waiters.clear();
  }

  private void publish() {
    Snapshot next = SnapshotBuilder.build(deployments.values(), versions.all(), unreadable);
    snapshot = next;
    onChange.accept(next);
    planWrite();
  }

  private void planWrite() {
    if (!writePlanned) {
      writePlanned = true;
      var _ = thread.schedule(lasting.of(this::write), WRITE_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void write() {
    writePlanned = false;
    SnapshotFile.Builder file = SnapshotFile.newBuilder();
    Set<String> wanted = new HashSet<>();
    for (DeploymentState state : deployments.values()) {
      file.addDeployments(
          StoredRecords.of(state.key, state.deployment.toByteString(), state.stamp));
      wanted.addAll(state.digests());
    }
    file.addAllSecrets(secrets.records());
    versions
        .all()
        .forEach(
            (digest, state) -> {
              if (wanted.contains(digest)) {
                file.addVersions(
                    StoredRecord.newBuilder()
                        .setKey(digest)
                        .setValue(state.version.toByteString()));
              }
            });
    try {
      store.write(file.build());
      if (unwritten) {
        unwritten = false;
        LOG.info("snapshot: written again");
      }
    } catch (IOException e) {
      unwrittenFor(e);
    }
  }

  /** A deployment was acknowledged, perhaps the last for long: it is not left to the next. */
  private void unwrittenFor(IOException e) {
    boolean due = failures.permits() || !unwritten;
    unwritten = true;
    if (due) {
      LOG.error(
          "snapshot: cannot be written: {}; tried again every {} s, until then the changes are lost"
              + " when no node is left",
          e.toString(),
          SWEEP_SECONDS);
    }
  }

  /**
   * Unloads what nothing has referred to for a while, and tries again what failed to load or could
   * not be written.
   */
  private void sweep() {
    Set<String> wanted = new HashSet<>();
    for (DeploymentState state : deployments.values()) {
      wanted.addAll(state.digests());
      if (state.before != null) {
        wanted.addAll(state.before.digests());
      }
    }
    if (versions.sweep(wanted)) {
      publish();
    }
    if (unwritten) {
      write();
    }
  }

  /** Writes what is not written yet and stops. The runtime's functions stay loaded. */
  @Override
  public void close() {
    thread.execute(
        lasting.of(
            () -> {
              if (writePlanned || unwritten) {
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
