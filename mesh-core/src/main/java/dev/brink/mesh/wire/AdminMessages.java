package dev.brink.mesh.wire;

import com.google.protobuf.ByteString;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.mesh.proto.DeployReply;
import dev.brink.mesh.proto.DeployRequest;
import dev.brink.mesh.proto.DeploymentList;
import dev.brink.mesh.proto.DeploymentView;
import dev.brink.mesh.proto.HeaderField;
import dev.brink.mesh.proto.InvokeReply;
import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.proto.NodeOutcome;
import dev.brink.mesh.proto.NodeStatus;
import dev.brink.mesh.proto.NodeView;
import dev.brink.mesh.proto.PurgeAnswer;
import dev.brink.mesh.proto.PurgeOutcome;
import dev.brink.mesh.proto.UsageList;
import dev.brink.mesh.proto.UsageRecord;
import dev.brink.mesh.proto.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The admin API's calls, as records and as messages. */
public final class AdminMessages {
  public static DeployRequest toProto(DeploymentSpec spec, DeployOptions options) {
    DeployRequest.Builder request =
        DeployRequest.newBuilder()
            .setTenant(spec.tenant())
            .setName(spec.name())
            .addAllRoutes(spec.routes())
            .setWait(
                switch (options.waitFor()) {
                  case ALL -> Wait.ALL;
                  case MAJORITY -> Wait.MAJORITY;
                  case NONE -> Wait.NONE;
                })
            .setTimeoutMs(Math.max(1, options.timeout().toMillis()));
    switch (spec) {
      case FunctionSpec function -> request.setFunction(SpecMessages.code(function));
      case OriginSpec origin -> request.setOrigin(SpecMessages.pool(origin));
    }
    return request.build();
  }

  /**
   * What is to be deployed.
   *
   * @throws DeploymentException with code {@code invalid-deployment}
   */
  public static DeploymentSpec spec(DeployRequest request) {
    return switch (request.getTargetCase()) {
      case FUNCTION ->
          SpecMessages.function(
              request.getTenant(),
              request.getName(),
              request.getRoutesList(),
              request.getFunction().getManifest(),
              request.getFunction().getModulesList());
      case ORIGIN ->
          SpecMessages.origin(
              request.getTenant(), request.getName(), request.getRoutesList(), request.getOrigin());
      case TARGET_NOT_SET ->
          throw SpecMessages.invalid("target", "missing", "a function or an origin");
    };
  }

  /**
   * How long the deploy waits, the default where the request says nothing.
   *
   * @throws DeploymentException with code {@code invalid-deployment}
   */
  public static DeployOptions options(DeployRequest request) {
    DeployOptions.Wait wait =
        switch (request.getWait()) {
          case ALL -> DeployOptions.Wait.ALL;
          case MAJORITY -> DeployOptions.Wait.MAJORITY;
          case NONE -> DeployOptions.Wait.NONE;
          case UNRECOGNIZED ->
              throw SpecMessages.invalid(
                  "wait", String.valueOf(request.getWaitValue()), "ALL, MAJORITY or NONE");
        };
    long millis = request.getTimeoutMs();
    if (millis < 0 || millis > DeployOptions.MAX_TIMEOUT.toMillis()) {
      throw SpecMessages.invalid(
          "timeoutMs", String.valueOf(millis), "1 to " + DeployOptions.MAX_TIMEOUT.toMillis());
    }
    return new DeployOptions(
        wait, millis == 0 ? DeployOptions.DEFAULT.timeout() : Duration.ofMillis(millis));
  }

  public static DeployReply toProto(DeployResult result) {
    DeployReply.Builder reply =
        DeployReply.newBuilder()
            .setTenant(result.tenant())
            .setName(result.name())
            .setVersion(result.version())
            .setMillis(result.millis())
            .setComplete(result.complete());
    for (DeployResult.NodeOutcome outcome : result.nodes()) {
      reply.addNodes(
          NodeOutcome.newBuilder()
              .setNode(outcome.node())
              .setStatus(
                  switch (outcome.status()) {
                    case READY -> NodeStatus.READY;
                    case FAILED -> NodeStatus.FAILED;
                    case NO_ANSWER -> NodeStatus.NO_ANSWER;
                    case NOT_AWAITED -> NodeStatus.NOT_AWAITED;
                  })
              .setMillis(outcome.millis())
              .setMessage(outcome.message()));
    }
    return reply.build();
  }

  public static DeployResult fromProto(DeployReply reply) {
    return new DeployResult(
        reply.getTenant(),
        reply.getName(),
        reply.getVersion(),
        reply.getNodesList().stream().map(AdminMessages::outcome).toList(),
        reply.getMillis(),
        reply.getComplete());
  }

  private static DeployResult.NodeOutcome outcome(NodeOutcome outcome) {
    DeployResult.Status status =
        switch (outcome.getStatus()) {
          case READY -> DeployResult.Status.READY;
          case NO_ANSWER -> DeployResult.Status.NO_ANSWER;
          case NOT_AWAITED -> DeployResult.Status.NOT_AWAITED;
          case FAILED, UNRECOGNIZED -> DeployResult.Status.FAILED;
        };
    return new DeployResult.NodeOutcome(
        outcome.getNode(), status, outcome.getMillis(), outcome.getMessage());
  }

  public static DeploymentView toProto(DeploymentInfo info) {
    return DeploymentView.newBuilder()
        .setTenant(info.tenant())
        .setName(info.name())
        .setKind(info.kind())
        .setVersion(info.version())
        .addAllRoutes(info.routes())
        .addAllModules(info.modules())
        .setUpdatedMs(info.updated().toEpochMilli())
        .build();
  }

  public static DeploymentInfo fromProto(DeploymentView view) {
    return new DeploymentInfo(
        view.getTenant(),
        view.getName(),
        view.getKind(),
        view.getVersion(),
        view.getRoutesList(),
        view.getModulesList(),
        Instant.ofEpochMilli(view.getUpdatedMs()));
  }

  public static DeploymentList deploymentList(List<DeploymentInfo> deployments) {
    DeploymentList.Builder list = DeploymentList.newBuilder();
    deployments.forEach(info -> list.addDeployments(toProto(info)));
    return list.build();
  }

  public static dev.brink.mesh.proto.InvokeRequest toProto(InvokeRequest request) {
    return dev.brink.mesh.proto.InvokeRequest.newBuilder()
        .setMethod(request.method())
        .setPath(request.path())
        .addAllHeaders(fields(request.headers()))
        .setBody(ByteString.copyFrom(request.body()))
        .build();
  }

  /** A request; method {@code GET} and path {@code /} where the message says nothing. */
  public static InvokeRequest fromProto(dev.brink.mesh.proto.InvokeRequest request) {
    return new InvokeRequest(
        request.getMethod().isEmpty() ? "GET" : request.getMethod(),
        request.getPath().isEmpty() ? "/" : request.getPath(),
        headers(request.getHeadersList()),
        request.getBody().toByteArray());
  }

  public static InvokeReply toProto(InvokeResponse response) {
    return InvokeReply.newBuilder()
        .setStatus(response.status())
        .addAllHeaders(fields(response.headers()))
        .setBody(ByteString.copyFrom(response.body()))
        .build();
  }

  public static InvokeResponse fromProto(InvokeReply reply) {
    return new InvokeResponse(
        reply.getStatus(), headers(reply.getHeadersList()), reply.getBody().toByteArray());
  }

  public static NodeView toProto(NodeInfo node) {
    return NodeView.newBuilder()
        .setId(node.id())
        .setName(node.name())
        .setSelf(node.self())
        .setIngress(node.ingress())
        .setAdmin(node.admin())
        .setState(node.state())
        .setRttMillis(node.rttMillis())
        .setRttEstimateMillis(node.rttEstimateMillis())
        .setLanes(node.lanes())
        .setBusy(node.busy())
        .setQueued(node.queued())
        .build();
  }

  public static NodeInfo fromProto(NodeView view) {
    return new NodeInfo(
        view.getId(),
        view.getName(),
        view.getSelf(),
        view.getIngress(),
        view.getAdmin(),
        view.getState(),
        view.getRttMillis(),
        view.getRttEstimateMillis(),
        view.getLanes(),
        view.getBusy(),
        view.getQueued());
  }

  public static NodeList nodeList(List<NodeInfo> nodes) {
    NodeList.Builder list = NodeList.newBuilder();
    nodes.forEach(node -> list.addNodes(toProto(node)));
    return list.build();
  }

  public static UsageRecord toProto(UsageRow row) {
    return UsageRecord.newBuilder()
        .setTenant(row.tenant())
        .setName(row.name())
        .setVersion(row.version())
        .setHourMs(row.hour().toEpochMilli())
        .setRequests(row.requests())
        .setErrors(row.errors())
        .setCpuNanos(Math.round(row.cpuMillis() * 1e6))
        .setWallNanos(Math.round(row.wallMillis() * 1e6))
        .setMegabyteSeconds(row.megabyteSeconds())
        .setBytesIn(row.bytesIn())
        .setBytesOut(row.bytesOut())
        .setColdStarts(row.coldStarts())
        .build();
  }

  public static UsageRow fromProto(UsageRecord record) {
    return new UsageRow(
        record.getTenant(),
        record.getName(),
        record.getVersion(),
        Instant.ofEpochMilli(record.getHourMs()),
        record.getRequests(),
        record.getErrors(),
        record.getCpuNanos() / 1e6,
        record.getWallNanos() / 1e6,
        record.getMegabyteSeconds(),
        record.getBytesIn(),
        record.getBytesOut(),
        record.getColdStarts());
  }

  public static UsageList usageList(List<UsageRow> rows) {
    UsageList.Builder list = UsageList.newBuilder();
    rows.forEach(row -> list.addRows(toProto(row)));
    return list.build();
  }

  private static List<HeaderField> fields(List<Map.Entry<String, String>> headers) {
    return headers.stream()
        .map(
            header ->
                HeaderField.newBuilder()
                    .setName(header.getKey())
                    .setValue(header.getValue())
                    .build())
        .toList();
  }

  private static List<Map.Entry<String, String>> headers(List<HeaderField> fields) {
    return fields.stream().map(field -> Map.entry(field.getName(), field.getValue())).toList();
  }

  /** What a purge did, as a message. */
  public static PurgeAnswer toProto(PurgeResult result) {
    PurgeAnswer.Builder answer =
        PurgeAnswer.newBuilder()
            .setMillis(result.millis())
            .setComplete(result.complete())
            .setUnrecorded(result.unrecorded());
    for (PurgeResult.NodePurge node : result.nodes()) {
      answer.addNodes(
          PurgeOutcome.newBuilder()
              .setNode(node.node())
              .setDone(node.done())
              .setMillis(node.millis())
              .setMessage(node.message()));
    }
    return answer.build();
  }

  /** What a purge did, from a message. */
  public static PurgeResult fromProto(PurgeAnswer answer) {
    return new PurgeResult(
        answer.getNodesList().stream()
            .map(
                node ->
                    new PurgeResult.NodePurge(
                        node.getNode(), node.getDone(), node.getMillis(), node.getMessage()))
            .toList(),
        answer.getMillis(),
        answer.getUnrecorded());
  }

  private AdminMessages() {}
}
