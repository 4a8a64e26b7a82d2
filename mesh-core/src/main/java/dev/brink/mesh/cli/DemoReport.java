package dev.brink.mesh.cli;

import dev.brink.mesh.deploy.DeployResult;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What the demo found.
 *
 * @param readyMillis from the start to the last deployment's readiness
 */
record DemoReport(
    List<DemoNode> nodes,
    double readyMillis,
    List<DeployResult> deployments,
    List<DemoAnswer> answers) {
  private static final List<String> PARTS = List.of("net", "queue", "cold", "run", "total");

  boolean right() {
    return !answers.isEmpty()
        && answers.stream().allMatch(DemoAnswer::right)
        && deployments.stream().allMatch(DeployResult::complete);
  }

  void print(PrintStream out) {
    Table table =
        Table.of(
            "REQUEST",
            "SENT TO",
            "RAN ON",
            "WHY",
            ">NET",
            ">QUEUE",
            ">COLD",
            ">RUN",
            ">TOTAL MS",
            "ANSWER");
    for (DemoAnswer answer : answers) {
      table.row(
          answer.request().method() + " " + answer.request().path(),
          answer.at(),
          dash(answer.node()),
          dash(answer.why()),
          millis(answer, "net"),
          millis(answer, "queue"),
          millis(answer, "cold"),
          millis(answer, "run"),
          millis(answer, "total"),
          answer.status() + (answer.right() ? " right" : " WRONG"));
    }
    table.print(out, "");
    for (DemoAnswer answer : answers) {
      if (!answer.right()) {
        out.println(
            "WRONG: "
                + answer.request().method()
                + " "
                + answer.request().path()
                + " at "
                + answer.at()
                + ": "
                + OneLine.of(answer.problem()));
      }
    }
    long right = answers.stream().filter(DemoAnswer::right).count();
    out.println(right + " of " + answers.size() + " answers right");
  }

  private static String dash(String text) {
    return text.isEmpty() ? "-" : text;
  }

  private static String millis(DemoAnswer answer, String part) {
    Double value = answer.millis().get(part);
    return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }

  String json() {
    List<Object> nodeList = new ArrayList<>();
    for (DemoNode node : nodes) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", node.name());
      fields.put("ingress", node.ready().ingress());
      fields.put("admin", node.ready().admin());
      nodeList.add(fields);
    }
    List<Object> deployed = new ArrayList<>();
    for (DeployResult result : deployments) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("name", Target.of(result.tenant(), result.name()));
      fields.put("version", result.version());
      fields.put("millis", result.millis());
      fields.put("complete", result.complete());
      deployed.add(fields);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("right", right());
    report.put("readyMillis", readyMillis);
    report.put("nodes", nodeList);
    report.put("deployments", deployed);
    report.put("answers", answers.stream().<Object>map(DemoReport::fields).toList());
    return JsonText.of(report);
  }

  private static Map<String, Object> fields(DemoAnswer answer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("function", answer.request().function());
    fields.put("method", answer.request().method());
    fields.put("path", answer.request().path());
    fields.put("sentTo", answer.at());
    fields.put("ranOn", answer.node());
    fields.put("why", answer.why());
    fields.put("status", answer.status());
    fields.put("right", answer.right());
    if (!answer.right()) {
      fields.put("problem", OneLine.of(answer.problem()));
    }
    Map<String, Object> millis = new LinkedHashMap<>();
    for (String part : PARTS) {
      Double value = answer.millis().get(part);
      if (value != null) {
        millis.put(part, value);
      }
    }
    fields.put("millis", millis);
    return fields;
  }
}
