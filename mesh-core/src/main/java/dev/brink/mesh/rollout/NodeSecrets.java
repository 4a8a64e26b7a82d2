package dev.brink.mesh.rollout;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.exec.FunctionBundle;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.proto.SealedSecret;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.GridFeed;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.secret.SecretId;
import dev.brink.mesh.secret.SecretKeys;
import dev.brink.mesh.secret.UnreadableSecretException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Secrets through the node in this process. Thread-safe. */
public final class NodeSecrets implements Secrets {
  private static final Logger LOG = LoggerFactory.getLogger(NodeSecrets.class);
  private static final long APPLY_SECONDS = 10;

  private final SecretKeys keys;
  private final Grid grid;
  private final Registry registry;
  private final ReplicatedMap secrets;

  /**
   * For one node.
   *
   * @param keys seal what is put
   */
  public NodeSecrets(SecretKeys keys, Grid grid, Registry registry) {
    this.keys = keys;
    this.grid = grid;
    this.registry = registry;
    this.secrets = grid.map(GridFeed.SECRETS);
  }

  @Override
  public void put(String tenant, String function, String name, String value) {
    SecretId id = new SecretId(tenant, function, name);
    checkValue(value);
    requireKey();
    checkName(id);
    byte[] record = keys.seal(id, value, System.currentTimeMillis()).toByteArray();
    Stamp stamp = GridCalls.await(secrets.put(id.key(), record));
    LOG.info("secret {}: has a new value", id.key());
    awaitHere(id, registry.putSecret(id.key(), new Entry(record, stamp)));
  }

  private static void checkValue(String value) {
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (value.length() < MIN_VALUE_CHARS || bytes > MAX_VALUE_BYTES) {
      throw SecretId.invalid(
          "value",
          bytes + " bytes",
          "at least " + MIN_VALUE_CHARS + " characters, at most " + MAX_VALUE_BYTES + " bytes");
    }
  }

  private void requireKey() {
    if (!keys.canSeal()) {
      throw new DeploymentException(
          "secrets-not-configured",
          "secrets.key-file: not set on this node (expected: a file with the keys of all nodes)",
          false);
    }
  }

  private void checkName(SecretId id) {
    if (taken(id)) {
      throw SecretId.invalid(
          "name",
          id.name(),
          "a name that no variable, service or namespace of " + id.function() + " has");
    }
    Set<String> names = of(id.tenant(), id.function()).keySet();
    if (names.size() >= MAX_PER_FUNCTION && !names.contains(id.name())) {
      throw SecretId.invalid(
          "name",
          id.name() + ", one more than " + names.size(),
          "at most " + MAX_PER_FUNCTION + " secrets of a function");
    }
  }

  /** Whether what is deployed has something else under the name. */
  private boolean taken(SecretId id) {
    return registry.snapshot().binding(id.tenant(), id.function()) instanceof Binding.Function bound
        && bound.versions().stream().anyMatch(version -> taken(version, id.name()));
  }

  private static boolean taken(Binding.Version version, String name) {
    if (version.local() == null) {
      return false;
    }
    FunctionBundle bundle = version.local().bundle();
    return bundle.variables().containsKey(name)
        || bundle.services().contains(name)
        || bundle.bindings().containsKey(name);
  }

  /** It is in the grid already: what it waits for is only that instances here have it. */
  private static void awaitHere(SecretId id, CompletionStage<Void> applied) {
    boolean done =
        applied
            .thenApply(_ -> true)
            .toCompletableFuture()
            .completeOnTimeout(false, APPLY_SECONDS, TimeUnit.SECONDS)
            .join();
    if (!done) {
      LOG.warn("secret {}: after {} s instances here do not have it yet", id.key(), APPLY_SECONDS);
    }
  }

  @Override
  public List<SecretInfo> list(String tenant, String function) {
    return of(tenant, function).entrySet().stream()
        .map(
            secret ->
                new SecretInfo(
                    secret.getKey(), Instant.ofEpochMilli(secret.getValue().getUpdatedMs())))
        .toList();
  }

  /** The names of a function's secrets. */
  Set<String> names(String tenant, String function) {
    return of(tenant, function).keySet();
  }

  /** What is stored of a function's, by name. */
  private Map<String, SealedSecret> of(String tenant, String function) {
    SecretId.checkOwner(tenant, function);
    String before = SecretId.prefix(tenant, function);
    Map<String, SealedSecret> found = new TreeMap<>();
    secrets
        .entries()
        .forEach(
            (key, entry) -> {
              if (key.startsWith(before) && isSecret(key)) {
                found.put(key.substring(before.length()), sealed(key, entry));
              }
            });
    return found;
  }

  /** A later version may know names that this one does not. */
  private static boolean isSecret(String key) {
    try {
      return !SecretId.parse(key).name().isEmpty();
    } catch (DeploymentException e) {
      LOG.warn("a stored secret is passed over: {}", e.getMessage());
      return false;
    }
  }

  private static SealedSecret sealed(String key, Entry entry) {
    try {
      return SealedSecret.parseFrom(entry.value());
    } catch (InvalidProtocolBufferException e) {
      LOG.error("secret {}: not a record of a secret: {}", key, e.getMessage());
      return SealedSecret.getDefaultInstance();
    }
  }

  /**
   * Refuses to go on with a function that would not get its secrets here.
   *
   * @throws DeploymentException {@code secret-unreadable}
   */
  void requireReadable(String tenant, String function) {
    of(tenant, function)
        .forEach(
            (name, stored) -> {
              try {
                keys.open(new SecretId(tenant, function, name), stored);
              } catch (UnreadableSecretException e) {
                throw new DeploymentException(
                    "secret-unreadable", String.valueOf(e.getMessage()), false);
              }
            });
  }

  @Override
  public boolean delete(String tenant, String function, String name) {
    SecretId id = new SecretId(tenant, function, name);
    if (secrets.get(id.key()).isEmpty()) {
      return false;
    }
    Stamp stamp = GridCalls.await(secrets.remove(id.key()));
    LOG.info("secret {}: deleted", id.key());
    awaitHere(id, registry.removeSecret(id.key(), stamp));
    return true;
  }

  /** Takes away all that a function has which is deployed no more. */
  void deleteAll(String tenant, String function) {
    for (String name : names(tenant, function)) {
      String key = new SecretId(tenant, function, name).key();
      Stamp stamp = GridCalls.await(secrets.remove(key));
      LOG.info("secret {}: deleted", key);
      var _ = registry.removeSecret(key, stamp);
    }
  }

  @Override
  public Resealed reseal() {
    requireKey();
    int resealed = 0;
    int unreadable = 0;
    for (Map.Entry<String, Entry> stored : secrets.entries().entrySet()) {
      SealedSecret sealed = sealed(stored.getKey(), stored.getValue());
      if (keys.isCurrent(sealed)) {
        continue;
      }
      try {
        reseal(SecretId.parse(stored.getKey()), sealed, stored.getValue().stamp());
        resealed++;
      } catch (UnreadableSecretException | DeploymentException | IllegalArgumentException e) {
        LOG.warn("secret {}: not sealed anew: {}", stored.getKey(), e.getMessage());
        unreadable++;
      }
    }
    return new Resealed(resealed, unreadable);
  }

  /** The record's stamp is the next one after the old: what was put meanwhile stays. */
  private void reseal(SecretId id, SealedSecret sealed, Stamp stamp) {
    byte[] record = keys.seal(id, keys.open(id, sealed), sealed.getUpdatedMs()).toByteArray();
    var next = new Stamp(stamp.wallMillis(), stamp.counter() + 1, grid.self().id());
    GridCalls.await(secrets.merge(id.key(), new Entry(record, next)));
  }
}
