package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.proto.CandidateView;
import dev.brink.mesh.proto.ExplanationView;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "explain",
    description = "Show where a request would run, and what it would take on each node.",
    footer = {
      "",
      "The node asked decides as it would for a request at its own ingress, which is marked with *."
          + " Times are milliseconds; SCORE is the sum, and the least wins, but for a tolerance of"
          + " 5 %% + 0.5 ms. ~ stands before a NET that was not measured yet."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Parameters(
      index = "0",
      paramLabel = "URL",
      description = "Of the request: http://HOST/PATH, or only a path.")
  private String url = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header field of the request; may be given several times.")
  private List<String> headers = List.of();

  @Option(names = "--json", description = "Print an ExplanationView message.")
  private boolean json;

  ExplainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    ExplanationView explanation;
    try (MeshClient client = mesh.connect(session)) {
      explanation = client.explanation(target(), fields());
    }
    if (json) {
      session.out().println(AdminJson.complete(explanation));
      return 0;
    }
    session
        .out()
        .printf(
            Locale.ROOT,
            "%s/%s runs on %s: %s%n",
            explanation.getTenant(),
            explanation.getName(),
            OneLine.of(explanation.getNode()),
            OneLine.of(explanation.getWhy()));
    table(explanation).print(session.out(), "");
    return 0;
  }

  private URI target() {
    try {
      URI target = new URI(url);
      if (target.getRawPath() != null && (target.getHost() != null || url.startsWith("/"))) {
        return target;
      }
    } catch (URISyntaxException _) {
      // Refused below, as any other bad URL.
    }
    throw new UsageException("URL: " + url + " (expected: http://HOST/PATH or /PATH)");
  }

  private List<Map.Entry<String, String>> fields() {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new UsageException("--header: " + header + " (expected: NAME: VALUE)");
      }
      fields.add(Map.entry(header.substring(0, colon), header.substring(colon + 1).strip()));
    }
    return fields;
  }

  private static Table table(ExplanationView explanation) {
    Table table =
        Table.of(
            "NODE", "WARM", ">NET", ">QUEUE", ">COLD", ">RUN", ">DATA", ">PENALTY", ">SCORE", "");
    for (CandidateView candidate : explanation.getCandidatesList()) {
      table.row(
          candidate.getNode() + (candidate.getLocal() ? " *" : ""),
          candidate.getWarm() ? "yes" : "no",
          (candidate.getNetEstimated() ? "~" : "") + millis(candidate.getNetMillis()),
          millis(candidate.getQueueMillis()),
          millis(candidate.getColdMillis()),
          millis(candidate.getRunMillis()),
          millis(candidate.getDataMillis()),
          millis(candidate.getPenaltyMillis()),
          millis(candidate.getScoreMillis()),
          candidate.getChosen() ? "chosen" : candidate.getExcluded());
    }
    return table;
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
