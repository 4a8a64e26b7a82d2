package dev.brink.mesh.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "version", description = "Show the version, and the Java it runs on.")
final class VersionCommand implements Callable<Integer> {
  private final Session session;

  @Option(names = "--json", description = "Print a JSON object.")
  private boolean json;

  VersionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("version", version());
    facts.put("java", System.getProperty("java.version", ""));
    facts.put("vm", System.getProperty("java.vm.name", ""));
    facts.put("os", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", ""));
    if (json) {
      session.out().println(JsonText.of(facts));
    } else {
      session
          .out()
          .println(
              "brink %s (Java %s, %s, %s)"
                  .formatted(
                      facts.get("version"), facts.get("java"), facts.get("vm"), facts.get("os")));
    }
    return 0;
  }

  static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    }
    return properties.getProperty("version");
  }
}
