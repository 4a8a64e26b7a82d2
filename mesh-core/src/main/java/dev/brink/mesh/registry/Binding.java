package dev.brink.mesh.registry;

import dev.brink.cache.CachePolicy;
import dev.brink.exec.LoadedFunction;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.placement.PlacementRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a name in a tenant stands for on this node now. Immutable. */
public sealed interface Binding {
  /** How much of a digest names a version in placement and in load reports. */
  int PLACEMENT_ID_LENGTH = 16;

  String tenant();

  String name();

  /**
   * A function.
   *
   * @param versions at least one
   * @param totalWeight of all of them
   */
  record Function(String tenant, String name, List<Version> versions, int totalWeight)
      implements Binding {
    public Function {
      versions = List.copyOf(versions);
    }

    /**
     * The version for a request.
     *
     * @param draw any number; equally many draws for equal weights
     */
    public Version pick(int draw) {
      Version first = versions.getFirst();
      if (versions.size() == 1) {
        return first;
      }
      int at = Math.floorMod(draw, totalWeight);
      for (Version version : versions) {
        at -= version.weight();
        if (at < 0) {
          return version;
        }
      }
      return first;
    }
  }

  /**
   * A function version as requests need it.
   *
   * @param placement made ahead for this version
   * @param affinity which of its requests belong together
   * @param local {@code null} while, or when, it is not loaded here
   * @param services names of {@code env} properties to names in the same tenant
   * @param idempotent whether any call of it may be tried again
   * @param cache how its responses are cached; {@code null}: they are not
   * @param schedules when it runs by itself
   * @param behind the pool of origins that answers when it passes through on a failure
   */
  record Version(
      Target.Function target,
      int weight,
      PlacementRequest placement,
      Affinity affinity,
      @Nullable LoadedFunction local,
      Map<String, String> services,
      boolean idempotent,
      @Nullable CachePolicy cache,
      List<CronSchedule> schedules,
      Target.@Nullable Origin behind) {
    public Version {
      services = Map.copyOf(services);
      schedules = List.copyOf(schedules);
    }

    /** What is to be placed for a request with these headers; allocates for few of them. */
    public PlacementRequest placement(HttpHeaders headers) {
      PlacementRequest request = placement;
      String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
      if (length != null) {
        request = request.bodyBytes(bytes(length));
      }
      String key = affinity.key(headers);
      return key == null ? request : request.affinity(key);
    }

    /** The same, as a node asks: not for itself where the version is not loaded on it. */
    public PlacementRequest placement(HttpHeaders headers, String node) {
      PlacementRequest request = placement(headers);
      return local == null ? request.excluding(node) : request;
    }

    private static long bytes(String length) {
      try {
        return Long.parseLong(length);
      } catch (NumberFormatException _) {
        return 0;
      }
    }
  }

  /**
   * A pool of upstream servers.
   *
   * @param cache how its responses are cached; {@code null}: they are not
   */
  record Origin(Target.Origin target, OriginPool pool, @Nullable CachePolicy cache)
      implements Binding {
    @Override
    public String tenant() {
      return target.tenant();
    }

    @Override
    public String name() {
      return target.name();
    }
  }
}
