package dev.brink.mesh.registry;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.exec.Secret;
import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.proto.SealedSecret;
import dev.brink.mesh.proto.StoredRecord;
import dev.brink.mesh.secret.SecretId;
import dev.brink.mesh.secret.SecretKeys;
import dev.brink.mesh.secret.UnreadableSecretException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All secrets, as they are stored and as functions get them. Touched on the registry's thread only,
 * but for the counts.
 */
final class FunctionSecrets {
  private static final Logger LOG = LoggerFactory.getLogger(FunctionSecrets.class);

  private final SecretKeys keys;
  private final Map<String, Map<String, Held>> byFunction = new HashMap<>();
  private final Map<String, Stamp> removed = new Removals();

  private Supplier<Map<String, Entry>> source = Map::of;
  private volatile int held;
  private volatile int unreadable;

  /**
   * One secret.
   *
   * @param secret {@code null} when this node cannot open it
   * @param problem why it cannot
   */
  private record Held(Entry entry, @Nullable Secret secret, String problem) {}

  FunctionSecrets(SecretKeys keys) {
    this.keys = keys;
  }

  /** Where records are before anybody is told of them. */
  void source(Supplier<Map<String, Entry>> entries) {
    source = entries;
  }

  /**
   * Takes a record; the newest stamp wins.
   *
   * @return which secret it is of; {@code null} for a record that cannot be one's
   */
  @Nullable SecretId put(String key, Entry entry) {
    SecretId id = id(key);
    if (id == null) {
      return null;
    }
    Stamp gone = removed.get(key);
    Map<String, Held> secrets = byFunction.get(SecretId.prefix(id.tenant(), id.function()));
    Held before = secrets == null ? null : secrets.get(id.name());
    if ((gone != null && gone.compareTo(entry.stamp()) > 0)
        || (before != null && before.entry.stamp().compareTo(entry.stamp()) >= 0)) {
      return id;
    }
    removed.remove(key);
    byFunction
        .computeIfAbsent(SecretId.prefix(id.tenant(), id.function()), _ -> new HashMap<>())
        .put(id.name(), opened(id, entry));
    count();
    return id;
  }

  private static @Nullable SecretId id(String key) {
    try {
      return SecretId.parse(key);
    } catch (DeploymentException e) {
      LOG.error("a stored secret is passed over: {}", e.getMessage());
      return null;
    }
  }

  private Held opened(SecretId id, Entry entry) {
    String problem;
    try {
      SealedSecret sealed = SealedSecret.parseFrom(entry.value());
      return new Held(entry, Secret.of(keys.open(id, sealed)), "");
    } catch (UnreadableSecretException e) {
      problem = String.valueOf(e.getMessage());
    } catch (InvalidProtocolBufferException e) {
      problem = "secret " + id.key() + ": not a record of a secret";
    }
    LOG.error("{}", problem);
    return new Held(entry, null, problem);
  }

  /**
   * Takes a removal.
   *
   * @return which secret it is of; {@code null} for a record that cannot be one's
   */
  @Nullable SecretId remove(String key, Stamp stamp) {
    removed.merge(key, stamp, (a, b) -> a.compareTo(b) >= 0 ? a : b);
    SecretId id = id(key);
    if (id == null) {
      return null;
    }
    String prefix = SecretId.prefix(id.tenant(), id.function());
    Map<String, Held> secrets = byFunction.get(prefix);
    Held present = secrets == null ? null : secrets.get(id.name());
    if (secrets == null || present == null || present.entry.stamp().compareTo(stamp) >= 0) {
      return id;
    }
    secrets.remove(id.name());
    if (secrets.isEmpty()) {
      byFunction.remove(prefix);
    }
    count();
    return id;
  }

  private void count() {
    int all = 0;
    int closed = 0;
    for (Map<String, Held> secrets : byFunction.values()) {
      all += secrets.size();
      for (Held secret : secrets.values()) {
        closed += secret.secret == null ? 1 : 0;
      }
    }
    held = all;
    unreadable = closed;
  }

  /** Takes what was written of a function's a moment ago, so that nobody has been told of it. */
  void catchUp(String tenant, String function) {
    String prefix = SecretId.prefix(tenant, function);
    source
        .get()
        .forEach(
            (key, entry) -> {
              if (key.startsWith(prefix)) {
                put(key, entry);
              }
            });
  }

  /**
   * What a function gets, by the names in its {@code env}.
   *
   * @throws UnreadableSecretException when one of them cannot be opened here
   */
  Map<String, Secret> of(String tenant, String function) {
    Map<String, Secret> secrets = new HashMap<>();
    byFunction
        .getOrDefault(SecretId.prefix(tenant, function), Map.of())
        .forEach(
            (name, present) -> {
              Secret secret = present.secret;
              if (secret == null) {
                throw new UnreadableSecretException(present.problem);
              }
              secrets.put(name, secret);
            });
    return secrets;
  }

  /** All records, for the snapshot's file. */
  List<StoredRecord> records() {
    List<StoredRecord> records = new ArrayList<>();
    byFunction.forEach(
        (prefix, secrets) ->
            secrets.forEach(
                (name, secret) -> records.add(StoredRecords.of(prefix + name, secret.entry))));
    return records;
  }

  /** How many there are. Any thread. */
  int held() {
    return held;
  }

  /** How many of them cannot be opened here. Any thread. */
  int unreadable() {
    return unreadable;
  }
}
