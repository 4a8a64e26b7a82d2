package dev.brink.mesh.route;

import dev.brink.cache.UrlPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table from {@linkplain RoutePattern patterns} to targets; the most specific match
 * wins: an exact host before the longest wildcard before any host, and then, segment by segment, a
 * literal before a parameter before the rest. A host whose patterns do not match the path leaves
 * the request to the less specific hosts.
 *
 * @param <T> the target
 */
public final class RouteTable<T> {
  private static final Comparator<HostRoutes<?>> MOST_SPECIFIC_FIRST =
      Comparator.<HostRoutes<?>>comparingInt(routes -> routes.host.length()).reversed();

  private final Map<String, HostRoutes<T>> exact;
  private final List<HostRoutes<T>> wildcards;
  private final @Nullable HostRoutes<T> anyHost;

  private RouteTable(Builder<T> builder) {
    exact = Map.copyOf(builder.exact);
    List<HostRoutes<T>> sorted = new ArrayList<>(builder.wildcards.values());
    sorted.sort(MOST_SPECIFIC_FIRST);
    wildcards = List.copyOf(sorted);
    anyHost = builder.anyHost;
  }

  public static <T> Builder<T> builder() {
    return new Builder<>();
  }

  /**
   * The target of a request.
   *
   * @param host value of the {@code Host} header, port included or not
   * @param target the request's target in origin form, query included or not
   * @return {@code null} when no pattern matches
   */
  public @Nullable T match(String host, String target) {
    String path = UrlPath.normal(target);
    if (!exact.isEmpty() || !wildcards.isEmpty()) {
      T found = matchHost(RoutePattern.hostName(host), path);
      if (found != null) {
        return found;
      }
    }
    return anyHost == null ? null : anyHost.match(path);
  }

  private @Nullable T matchHost(String host, String path) {
    HostRoutes<T> own = exact.get(host);
    T found = own == null ? null : own.match(path);
    for (int i = 0; found == null && i < wildcards.size(); i++) {
      HostRoutes<T> routes = wildcards.get(i);
      int dot = host.length() - routes.host.length() - 1;
      if (dot > 0 && host.charAt(dot) == '.' && host.endsWith(routes.host)) {
        found = routes.match(path);
      }
    }
    return found;
  }

  /** Collects patterns. Not thread-safe. */
  public static final class Builder<T> {
    private final Map<String, HostRoutes<T>> exact = new HashMap<>();
    private final Map<String, HostRoutes<T>> wildcards = new HashMap<>();
    private @Nullable HostRoutes<T> anyHost;

    private Builder() {}

    /**
     * Adds a pattern.
     *
     * @return the target that has the same pattern already, which stays; {@code null} when added
     */
    public @Nullable T add(RoutePattern pattern, T target) {
      HostRoutes<T> routes;
      if (pattern.wildcard()) {
        routes = wildcards.computeIfAbsent(pattern.host(), HostRoutes::new);
      } else if (pattern.host().isEmpty()) {
        if (anyHost == null) {
          anyHost = new HostRoutes<>("");
        }
        routes = anyHost;
      } else {
        routes = exact.computeIfAbsent(pattern.host(), HostRoutes::new);
      }
      return routes.add(pattern, target);
    }

    public RouteTable<T> build() {
      return new RouteTable<>(this);
    }
  }

  /** The patterns of one host: a tree of segments, and whole literal paths for the usual case. */
  private static final class HostRoutes<T> {
    final String host;
    private final Map<String, T> literal = new HashMap<>();
    private final Segment<T> root = new Segment<>();

    HostRoutes(String host) {
      this.host = host;
    }

    @Nullable T add(RoutePattern pattern, T target) {
      Segment<T> at = root;
      boolean allLiteral = true;
      for (String part : pattern.segments()) {
        if (part.equals("*")) {
          T present = at.rest;
          if (present == null) {
            at.rest = target;
          }
          return present;
        }
        allLiteral &= !part.equals(":");
        at = part.equals(":") ? at.anyChild() : at.child(part);
      }
      if (at.end != null) {
        return at.end;
      }
      at.end = target;
      if (allLiteral) {
        literal.put("/" + String.join("/", pattern.segments()), target);
      }
      return null;
    }

    @Nullable T match(String path) {
      T found = literal.get(path);
      return found != null ? found : root.match(path, 1);
    }
  }

  private static final class Segment<T> {
    private final Map<String, Segment<T>> children = new HashMap<>();
    private @Nullable Segment<T> any;
    private @Nullable T end;
    private @Nullable T rest;

    Segment<T> child(String part) {
      return children.computeIfAbsent(part, key -> new Segment<>());
    }

    Segment<T> anyChild() {
      if (any == null) {
        any = new Segment<>();
      }
      return any;
    }

    @Nullable T match(String path, int from) {
      if (from > path.length()) {
        return end;
      }
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      T found = null;
      if (!children.isEmpty()) {
        Segment<T> child = children.get(path.substring(from, to));
        found = child == null ? null : child.match(path, to + 1);
      }
      if (found == null && any != null && to > from) {
        found = any.match(path, to + 1);
      }
      return found != null ? found : rest;
    }
  }
}
