package dev.brink.mesh.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.wire.AdminJson;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * What came back for a {@link DemoRequest}.
 *
 * @param at the node whose ingress it was sent to
 * @param node the node it ran on, empty when nobody says
 * @param why why it ran there
 * @param millis the parts of the time: net, queue, cold, run, total
 * @param problem what is wrong with it, empty when it is right
 */
record DemoAnswer(
    String at,
    DemoRequest request,
    int status,
    String node,
    String why,
    Map<String, Double> millis,
    String problem) {
  private static final Pattern TIMING = Pattern.compile("([a-z]+);dur=([0-9.]+)");

  static DemoAnswer of(String at, DemoRequest request, HttpResponse<byte[]> response) {
    String body = new String(response.body(), StandardCharsets.UTF_8);
    String problem = "";
    if (response.statusCode() != request.status()) {
      problem = "status " + response.statusCode() + ", expected " + request.status() + ": " + body;
    } else if (!body.contains(request.contains())) {
      problem = "no '" + request.contains() + "' in: " + body;
    }
    Map<String, Double> millis = new LinkedHashMap<>();
    for (String header : response.headers().allValues("server-timing")) {
      for (MatchResult part : TIMING.matcher(header).results().toList()) {
        millis.put(part.group(1), Double.parseDouble(part.group(2)));
      }
    }
    return new DemoAnswer(
        at,
        request,
        response.statusCode(),
        response.headers().firstValue("brink-node").orElse(""),
        response.headers().firstValue("brink-decision").map(DemoAnswer::why).orElse(""),
        millis,
        problem);
  }

  static DemoAnswer none(String at, DemoRequest request, String problem) {
    return new DemoAnswer(at, request, 0, "", "", Map.of(), problem);
  }

  private static String why(String decision) {
    try {
      Struct fields = AdminJson.parse(decision, Struct.newBuilder()).build();
      String text = fields.getFieldsOrDefault("why", Value.getDefaultInstance()).getStringValue();
      return text.isEmpty() ? decision : text;
    } catch (IllegalArgumentException _) {
      return decision;
    }
  }

  boolean right() {
    return problem.isEmpty();
  }
}
