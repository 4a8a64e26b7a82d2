package dev.brink.mesh.cli;

import dev.brink.cache.Purge;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.AdminMessages;
import java.io.IOException;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "purge", description = "Take responses out of the cache of every node.")
final class PurgeCommand implements Callable<Integer> {
  private final Session session;

  @Mixin private MeshOptions mesh = new MeshOptions();

  @ArgGroup(multiplicity = "1")
  private What what = new What();

  @Option(names = "--soft", description = "They may be served stale while they are validated.")
  private boolean soft;

  @Option(names = "--tenant", description = "Whose; without it everybody's.")
  private String tenant = "";

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /** One of these. */
  private static final class What {
    @Option(names = "--url", description = "The response at this URL.")
    private @Nullable String url;

    @Option(names = "--prefix", description = "All at URLs that begin like this.")
    private @Nullable String prefix;

    @Option(names = "--host", description = "All of a host.")
    private @Nullable String host;

    @Option(names = "--tag", description = "All with this Cache-Tag or Surrogate-Key.")
    private @Nullable String tag;

    @Option(names = "--all", description = "Everything.")
    private boolean all;
  }

  PurgeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException {
    Purge purge = purge();
    try (MeshClient client = mesh.connect(session)) {
      PurgeResult result = client.purge(purge);
      if (json) {
        session.out().println(AdminJson.complete(AdminMessages.toProto(result)));
      } else {
        for (PurgeResult.NodePurge node : result.nodes()) {
          session
              .out()
              .println(
                  node.done()
                      ? String.format(
                          Locale.ROOT, "%s: purged in %.2f ms", node.node(), node.millis())
                      : node.node() + ": not purged: " + node.message());
        }
        if (!result.unrecorded().isEmpty()) {
          session.out().println("not recorded for nodes that are away: " + result.unrecorded());
        }
      }
      return result.complete() ? 0 : 1;
    }
  }

  private Purge purge() {
    if (what.all) {
      return of("--all", Purge.Scope.ALL, "");
    }
    if (what.url != null) {
      return of("--url", Purge.Scope.URL, what.url);
    }
    if (what.prefix != null) {
      return of("--prefix", Purge.Scope.PREFIX, what.prefix);
    }
    if (what.host != null) {
      return of("--host", Purge.Scope.HOST, what.host);
    }
    return of("--tag", Purge.Scope.TAG, Objects.requireNonNull(what.tag, "tag"));
  }

  private Purge of(String option, Purge.Scope scope, String value) {
    try {
      return new Purge(scope, tenant, value, soft, 0);
    } catch (IllegalArgumentException e) {
      String wrong = String.valueOf(e.getMessage());
      throw new UsageException(
          wrong.startsWith("value: ") ? option + wrong.substring(5) : option + ": " + wrong);
    }
  }
}
