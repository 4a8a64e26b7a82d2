package dev.brink.mesh.wire;

import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.mesh.proto.ConsoleLine;
import dev.brink.mesh.proto.TickAnswer;
import dev.brink.mesh.proto.TickCall;
import java.time.Instant;
import java.util.Optional;

/** Ticks that somebody asks for, as messages. */
public final class TickMessages {
  public static TickCall toProto(TickRequest request) {
    return TickCall.newBuilder()
        .setTimeMs(request.time().map(Instant::toEpochMilli).orElse(0L))
        .setCron(request.cron().orElse(""))
        .build();
  }

  public static TickRequest fromProto(TickCall call) {
    return new TickRequest(
        Optional.of(call.getTimeMs()).filter(millis -> millis != 0).map(Instant::ofEpochMilli),
        Optional.of(call.getCron()).filter(cron -> !cron.isEmpty()));
  }

  public static TickAnswer toProto(TickResult result) {
    TickAnswer.Builder answer =
        TickAnswer.newBuilder()
            .setNode(result.node())
            .setTimeMs(result.time().toEpochMilli())
            .setCron(result.cron())
            .setOk(result.ok())
            .setCode(result.code())
            .setDetail(result.detail())
            .setCold(result.cold())
            .setWallMillis(result.wallMillis())
            .setCpuMillis(result.cpuMillis());
    result
        .log()
        .forEach(
            line ->
                answer.addLog(
                    ConsoleLine.newBuilder().setLevel(line.level()).setText(line.text())));
    return answer.build();
  }

  public static TickResult fromProto(TickAnswer answer) {
    return new TickResult(
        answer.getNode(),
        Instant.ofEpochMilli(answer.getTimeMs()),
        answer.getCron(),
        answer.getCode(),
        answer.getDetail(),
        answer.getCold(),
        answer.getWallMillis(),
        answer.getCpuMillis(),
        answer.getLogList().stream()
            .map(line -> new TickResult.Line(line.getLevel(), line.getText()))
            .toList());
  }

  private TickMessages() {}
}
