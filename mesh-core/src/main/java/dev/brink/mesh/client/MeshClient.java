package dev.brink.mesh.client;

import com.google.protobuf.Message;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.Mesh;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.proto.ExplanationView;
import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.proto.PurgeAnswer;
import dev.brink.mesh.proto.RegretList;
import dev.brink.mesh.proto.TickAnswer;
import dev.brink.mesh.proto.UsageList;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import dev.brink.mesh.wire.CacheMessages;
import dev.brink.mesh.wire.ExplanationMessages;
import dev.brink.mesh.wire.TickMessages;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * A mesh reached over HTTP. Given the admin URIs of several nodes it outlives any of them: a call
 * that found its node gone is made again at the next, unless it may have had an effect that must
 * not happen twice (an {@code invoke} with a method that is not safe).
 *
 * <p>Thread-safe. Methods block; each has a deadline: a deploy its own timeout and 10 seconds, a
 * tick 16 minutes, other calls 60 seconds. All throw {@link DeploymentException}, with the node's
 * code or {@code mesh-unreachable}, {@code deadline-exceeded}, {@code bad-reply}, {@code
 * interrupted}.
 */
public final class MeshClient implements Mesh, AutoCloseable {
  static final Duration DEADLINE = Duration.ofSeconds(60);

  /** Longer than a node lets a tick go on. */
  private static final Duration TICK_DEADLINE = Duration.ofMinutes(16);

  private final AdminCalls calls;
  private final Deployments deployments;
  private final Secrets secrets;

  private MeshClient(AdminCalls calls) {
    this.calls = calls;
    this.deployments = new HttpDeployments(calls);
    this.secrets = new HttpSecrets(calls);
  }

  /** A client of one node; connects on the first call. */
  public static MeshClient connect(URI adminUri, String token) {
    return connect(List.of(adminUri), token);
  }

  /** A client of several nodes of one mesh, the first preferred; connects on the first call. */
  public static MeshClient connect(List<URI> adminUris, String token) {
    return new MeshClient(AdminCalls.over(http(), adminUris, token));
  }

  /** As {@link #connect(List, String)}, for {@code https} URIs whose nodes ask for mutual TLS. */
  public static MeshClient connect(List<URI> adminUris, String token, SSLContext tls) {
    return new MeshClient(AdminCalls.over(http().sslContext(tls), adminUris, token));
  }

  private static HttpClient.Builder http() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(3))
        .followRedirects(HttpClient.Redirect.NEVER);
  }

  @Override
  public Deployments deployments() {
    return deployments;
  }

  @Override
  public TickResult tick(String tenant, String name, TickRequest request) {
    AdminCalls.Call call =
        new AdminCalls.Call(
            "POST",
            HttpDeployments.path(tenant, name) + "/tick",
            AdminJson.compact(TickMessages.toProto(request)),
            false,
            TICK_DEADLINE);
    return TickMessages.fromProto(
        AdminCalls.read(calls.call(call), TickAnswer.newBuilder()).build());
  }

  @Override
  public Secrets secrets() {
    return secrets;
  }

  @Override
  public List<NodeInfo> nodes() {
    return nodeList().getNodesList().stream().map(AdminMessages::fromProto).toList();
  }

  @Override
  public List<NodeInfo> missing() {
    return missingList().getNodesList().stream().map(AdminMessages::fromProto).toList();
  }

  @Override
  public void forget(String node) {
    String path = "/v1/nodes/" + AdminCalls.segment(node);
    String _ = calls.call(new AdminCalls.Call("DELETE", path, "", false, DEADLINE));
  }

  @Override
  public Explanation explain(URI url, List<Map.Entry<String, String>> headers) {
    return ExplanationMessages.fromProto(explanation(url, headers));
  }

  @Override
  public List<UsageRow> usage() {
    return usageList().getRowsList().stream().map(AdminMessages::fromProto).toList();
  }

  /**
   * A key-value namespace.
   *
   * @param durable whether it is the durable one of that name
   */
  public RemoteKeys keys(String tenant, String namespace, boolean durable) {
    return new RemoteKeys(calls, tenant, namespace, durable);
  }

  @Override
  public PurgeResult purge(Purge purge) {
    return AdminMessages.fromProto(
        AdminCalls.read(
                calls.call(
                    new AdminCalls.Call(
                        "POST",
                        "/v1/purge",
                        AdminJson.compact(CacheMessages.call(purge)),
                        true,
                        DEADLINE)),
                PurgeAnswer.newBuilder())
            .build());
  }

  /** As {@link #nodes}, with all that the node's message says. */
  public NodeList nodeList() {
    return get("/v1/nodes", NodeList.newBuilder()).build();
  }

  /** As {@link #missing}, with all that the node's message says. */
  public NodeList missingList() {
    return get("/v1/nodes/missing", NodeList.newBuilder()).build();
  }

  /** As {@link #usage}, as the node's message. */
  public UsageList usageList() {
    return get("/v1/usage", UsageList.newBuilder()).build();
  }

  @Override
  public List<RegretSample> regrets() {
    return get("/v1/placement/regret", RegretList.newBuilder()).getSamplesList().stream()
        .map(ExplanationMessages::fromProto)
        .toList();
  }

  /** As {@link #explain}, as the node's message. */
  public ExplanationView explanation(URI url, List<Map.Entry<String, String>> headers) {
    var path =
        new StringBuilder("/v1/placement/explain?url=").append(AdminCalls.encoded(url.toString()));
    headers.forEach(
        header ->
            path.append("&header=")
                .append(AdminCalls.encoded(header.getKey() + ":" + header.getValue())));
    return get(path.toString(), ExplanationView.newBuilder()).build();
  }

  private <B extends Message.Builder> B get(String path, B into) {
    return AdminCalls.read(calls.call(AdminCalls.Call.get(path)), into);
  }

  /** Lets connections go; calls under way fail. */
  @Override
  public void close() {
    calls.close();
  }
}
