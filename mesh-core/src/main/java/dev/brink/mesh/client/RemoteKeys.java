package dev.brink.mesh.client;

import dev.brink.mesh.client.AdminCalls.Call;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.proto.KvKeys;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A key-value namespace of the mesh, reached over HTTP. Thread-safe. Methods block, for at most 60
 * seconds, and throw {@link DeploymentException}; {@code kv-unavailable} is worth trying again.
 * With {@code kv-outcome-unknown}, and {@code mesh-unreachable} where no answer came, a write may
 * have been done: it is not sent to another node, as it might undo there what others have written
 * since.
 */
public final class RemoteKeys {
  private final AdminCalls calls;
  private final String tenant;
  private final String namespace;
  private final boolean durable;

  RemoteKeys(AdminCalls calls, String tenant, String namespace, boolean durable) {
    this.calls = calls;
    this.tenant = tenant;
    this.namespace = namespace;
    this.durable = durable;
  }

  private static String required(String key) {
    if (key.isEmpty()) {
      throw new DeploymentException(
          "invalid-request", "key: empty (expected: 1 to 512 bytes of UTF-8)", false);
    }
    return key;
  }

  /** A value, as it is when the call arrives. */
  public Optional<byte[]> get(String key) {
    try {
      return Optional.of(calls.exchange(call("GET", required(key), Map.of())).body());
    } catch (DeploymentException e) {
      if (e.code().equals("key-not-found")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Writes a value that stays. */
  public void put(String key, byte[] value) {
    put(key, value, Map.of());
  }

  /** Writes a value that goes away after a while, 1 ms at least. */
  public void put(String key, byte[] value, Duration life) {
    put(key, value, Map.of("ttl-ms", Long.toString(life.toMillis())));
  }

  private void put(String key, byte[] value, Map<String, String> query) {
    calls.exchange(
        new Call(
            "PUT",
            path(required(key), query),
            BodyPublishers.ofByteArray(value),
            Map.of("content-type", "application/octet-stream"),
            false,
            MeshClient.DEADLINE));
  }

  /** Removes a key; returns whether it had a value. */
  public boolean delete(String key) {
    try {
      calls.exchange(
          new Call("DELETE", path(required(key), Map.of()), "", false, MeshClient.DEADLINE));
      return true;
    } catch (DeploymentException e) {
      if (e.code().equals("key-not-found")) {
        return false;
      }
      throw e;
    }
  }

  /**
   * A page of keys.
   *
   * @param cursor of the page before; empty for the first
   * @param limit 1 to 1000
   */
  public KvKeys list(String prefix, String cursor, int limit) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("prefix", prefix);
    query.put("cursor", cursor);
    query.put("limit", Integer.toString(limit));
    return AdminCalls.read(calls.call(call("GET", "", query)), KvKeys.newBuilder()).build();
  }

  private Call call(String method, String key, Map<String, String> query) {
    return new Call(method, path(key, query), "", true, MeshClient.DEADLINE);
  }

  private String path(String key, Map<String, String> query) {
    Map<String, String> all = new LinkedHashMap<>(query);
    if (durable) {
      all.put("durable", "true");
    }
    String path =
        "/v1/kv/"
            + AdminCalls.encoded(tenant)
            + "/"
            + AdminCalls.encoded(namespace)
            + (key.isEmpty() ? "" : "/" + AdminCalls.encoded(key));
    return all.isEmpty()
        ? path
        : path
            + all.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + AdminCalls.encoded(entry.getValue()))
                .collect(Collectors.joining("&", "?", ""));
  }
}
