package dev.brink.mesh.ingress;

import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.placement.Candidate;
import dev.brink.placement.Decision;
import dev.brink.placement.Placement;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Says where a request would run, without running it. Thread-safe. */
public final class Explainer {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Supplier<Snapshot> snapshot;
  private final Placement placement;
  private final String localNode;
  private final UnaryOperator<String> nodeName;

  /**
   * For one node.
   *
   * @param nodeName from a node's id to what people call it
   */
  public Explainer(
      Supplier<Snapshot> snapshot, Placement placement, UnaryOperator<String> nodeName) {
    this.snapshot = snapshot;
    this.placement = placement;
    this.localNode = placement.nodes(System.nanoTime()).getFirst().info().id();
    this.nodeName = nodeName;
  }

  /**
   * The decision for a request; of several versions that share the calls, for the one that gets
   * most.
   *
   * @throws DeploymentException {@code route-not-found} when nothing is deployed there, {@code
   *     invalid-request} when what is deployed is not placed or a header is malformed
   */
  public Explanation explain(URI url, List<Map.Entry<String, String>> headers) {
    String path = Objects.requireNonNullElse(url.getRawPath(), "");
    String target = path.isEmpty() ? "/" : path;
    String host = Objects.requireNonNullElse(url.getRawAuthority(), "");
    return switch (snapshot.get().routes().match(host, target)) {
      case null ->
          throw new DeploymentException(
              "route-not-found", url + ": nothing is deployed at this host and path", false);
      case Binding.Origin origin ->
          throw new DeploymentException(
              "invalid-request",
              origin.tenant() + "/" + origin.name() + ": an origin (expected: a function)",
              false);
      case Binding.Function function -> explain(function, fields(headers));
    };
  }

  private static HttpHeaders fields(List<Map.Entry<String, String>> headers) {
    HttpHeaders fields = new DefaultHttpHeaders();
    try {
      headers.forEach(header -> fields.add(header.getKey(), header.getValue()));
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-request", String.valueOf(e.getMessage()), false);
    }
    return fields;
  }

  private Explanation explain(Binding.Function function, HttpHeaders headers) {
    Binding.Version version =
        function.versions().stream()
            .max(Comparator.comparingInt(Binding.Version::weight))
            .orElseThrow();
    Decision decision = placement.explain(version.placement(headers, localNode), System.nanoTime());
    return new Explanation(
        function.tenant(),
        function.name(),
        version.target().digest(),
        nodeName.apply(decision.node()),
        decision.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'),
        decision.reason().text(),
        decision.candidates().stream()
            .map(candidate -> candidate(candidate, decision.node()))
            .toList());
  }

  private static Explanation.Candidate candidate(Candidate candidate, String chosen) {
    return new Explanation.Candidate(
        candidate.node(),
        candidate.name(),
        candidate.node().equals(chosen),
        candidate.local(),
        candidate.warm(),
        millis(candidate.netNanos()),
        candidate.netEstimated(),
        millis(candidate.queueNanos()),
        millis(candidate.coldNanos()),
        millis(candidate.runNanos()),
        millis(candidate.dataNanos()),
        millis(candidate.penaltyNanos()),
        millis(candidate.scoreNanos()),
        candidate.slow(),
        candidate.reportAgeNanos() < 0 ? -1 : millis(candidate.reportAgeNanos()),
        candidate.exclusion().map(Candidate.Exclusion::text).orElse(""));
  }

  private static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }
}
