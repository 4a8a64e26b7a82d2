package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "invoke",
    description = "Call a function, or an origin, by its name.",
    footer = {"", "Prints the answer's body. Fails when the answer's status is 400 or more."})
final class InvokeCommand implements Callable<Integer> {
  private static final int MAX_BODY_BYTES = 64 << 20;

  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Parameters(index = "0", paramLabel = "[TENANT/]NAME", description = "What to call.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "PATH",
      description = "Path and query. Default: /.")
  private String path = "/";

  @Option(
      names = {"-X", "--method"},
      paramLabel = "METHOD",
      description = "Default: GET, or POST with a body.")
  private @Nullable String method;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header field; may be given several times.")
  private List<String> headers = List.of();

  @Option(
      names = {"-d", "--data"},
      paramLabel = "TEXT|@FILE",
      description = "The body: text, a file, or standard input as @-. At most 64 MiB.")
  private @Nullable String data;

  @Option(
      names = {"-i", "--include"},
      description = "Print status and header fields before the body.")
  private boolean include;

  @Option(
      names = "--json",
      description = "Print an InvokeReply message; with --scheduled, a TickAnswer.")
  private boolean json;

  @Mixin private ScheduledOptions scheduled = new ScheduledOptions();

  InvokeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Target target = Target.parse(name);
    if (scheduled.asked()) {
      if (!path.equals("/") || method != null || !headers.isEmpty() || data != null || include) {
        throw new UsageException("--scheduled: no request (expected: no path, -X, -H, -d and -i)");
      }
      try (MeshClient client = mesh.connect(session)) {
        return scheduled.run(session, client, target, json);
      }
    }
    if (!path.startsWith("/")) {
      throw new UsageException("path: " + path + " (expected: one that starts with /)");
    }
    InvokeRequest request =
        new InvokeRequest(
            method != null ? method.toUpperCase(Locale.ROOT) : data == null ? "GET" : "POST",
            path,
            fields(),
            body());
    InvokeResponse answer;
    try (MeshClient client = mesh.connect(session)) {
      answer = client.deployments().invoke(target.tenant(), target.name(), request);
    }
    if (json) {
      session.out().println(AdminJson.complete(AdminMessages.toProto(answer)));
    } else {
      print(answer);
    }
    return answer.status() < 400 ? 0 : 1;
  }

  private void print(InvokeResponse answer) {
    if (include) {
      session.out().println("HTTP " + answer.status());
      answer
          .headers()
          .forEach(
              field -> session.out().println(field.getKey() + ": " + OneLine.of(field.getValue())));
      session.out().println();
    }
    byte[] body = answer.body();
    session.out().write(body, 0, body.length);
    boolean endsLine = body.length == 0 || body[body.length - 1] == '\n';
    if (session.terminal() && !endsLine) {
      session.out().println();
    }
    session.out().flush();
  }

  private List<Map.Entry<String, String>> fields() {
    List<Map.Entry<String, String>> fields = new ArrayList<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new UsageException("header: " + header + " (expected: 'NAME: VALUE')");
      }
      fields.add(
          Map.entry(header.substring(0, colon).strip(), header.substring(colon + 1).strip()));
    }
    return fields;
  }

  private byte[] body() throws IOException {
    if (data == null) {
      return new byte[0];
    }
    if (!data.startsWith("@")) {
      return data.getBytes(StandardCharsets.UTF_8);
    }
    if (data.equals("@-")) {
      return bounded(session.in());
    }
    Path file = Path.of(data.substring(1));
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new UsageException("data: " + data + " (expected: a readable file)");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return bounded(in);
    }
  }

  private static byte[] bounded(InputStream in) throws IOException {
    byte[] body = in.readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new UsageException(
          "data: too large (expected: at most 64 MiB; the ingress streams more)");
    }
    return body;
  }
}
