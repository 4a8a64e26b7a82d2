package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.proto.UsageList;
import dev.brink.mesh.proto.UsageRecord;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "usage",
    description = "Show what functions used, by hour, summed over the mesh.",
    footer = {
      "",
      "CPU and WALL are milliseconds, MB*S is memory held over time, IN and OUT are bytes."
    })
final class UsageCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @Option(names = "--tenant", paramLabel = "TENANT", description = "Only this tenant's.")
  private @Nullable String tenant;

  @Option(names = "--json", description = "Print a UsageList message.")
  private boolean json;

  UsageCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    UsageList.Builder usage = UsageList.newBuilder();
    try (MeshClient client = mesh.connect(session)) {
      for (UsageRecord row : client.usageList().getRowsList()) {
        if (tenant == null || tenant.equals(row.getTenant())) {
          usage.addRows(row);
        }
      }
    }
    if (json) {
      session.out().println(AdminJson.complete(usage.build()));
    } else {
      print(usage);
    }
    return 0;
  }

  private void print(UsageList.Builder usage) {
    Table table =
        Table.of(
            "HOUR",
            "NAME",
            "VERSION",
            ">REQUESTS",
            ">ERRORS",
            ">CPU",
            ">WALL",
            ">MB*S",
            ">IN",
            ">OUT",
            ">COLD");
    for (UsageRecord row : usage.getRowsList()) {
      table.row(
          Instant.ofEpochMilli(row.getHourMs()),
          Target.of(row.getTenant(), row.getName()),
          Versions.brief(row.getVersion()),
          row.getRequests(),
          row.getErrors(),
          decimal(row.getCpuNanos() / 1e6),
          decimal(row.getWallNanos() / 1e6),
          decimal(row.getMegabyteSeconds()),
          row.getBytesIn(),
          row.getBytesOut(),
          row.getColdStarts());
    }
    table.print(session.out(), "");
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
