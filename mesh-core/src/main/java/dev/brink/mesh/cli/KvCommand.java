package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.client.RemoteKeys;
import dev.brink.mesh.proto.KvKey;
import dev.brink.mesh.proto.KvKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "kv", description = "Read and write key-value namespaces.")
final class KvCommand {
  private static final int PAGE = 1000;

  private final Session session;

  KvCommand(Session session) {
    this.session = session;
  }

  /** Which namespace. */
  static final class Where {
    @Mixin private MeshOptions mesh = new MeshOptions();

    @Parameters(index = "0", paramLabel = "[TENANT/]NAMESPACE", description = "The namespace.")
    private String namespace = "";

    @Option(names = "--durable", description = "The durable namespace of that name.")
    private boolean durable;

    RemoteKeys keys(MeshClient client) {
      Target target = Target.parse(namespace);
      return client.keys(target.tenant(), target.name(), durable);
    }
  }

  @Command(name = "get", description = "Print a value; exit code 1 when there is none.")
  int get(
      @Mixin Where where,
      @Parameters(index = "1", paramLabel = "KEY", description = "The key.") String key)
      throws IOException {
    try (MeshClient client = where.mesh.connect(session)) {
      Optional<byte[]> value = where.keys(client).get(key);
      if (value.isEmpty()) {
        session.err().println("brink kv get: key-not-found: " + key + " has no value");
        return 1;
      }
      session.out().write(value.get());
      session.out().flush();
      return 0;
    }
  }

  @Command(name = "put", description = "Write a value: an argument, a file, or standard input.")
  int put(
      @Mixin Where where,
      @Parameters(index = "1", paramLabel = "KEY", description = "The key.") String key,
      @Parameters(
              index = "2",
              arity = "0..1",
              paramLabel = "VALUE",
              description = "The value, as it is; --file is for what is in a file.")
          @Nullable String value,
      @Option(
              names = "--file",
              paramLabel = "FILE",
              description = "Read the value from a file; - is standard input.")
          @Nullable Path file,
      @Option(
              names = "--ttl",
              paramLabel = "TIME",
              converter = DurationText.class,
              description = "Let it go away after a while, such as 500ms, 30s, 10m, 24h.")
          @Nullable Duration ttl)
      throws IOException {
    byte[] bytes = bytes(value, file);
    try (MeshClient client = where.mesh.connect(session)) {
      if (ttl == null) {
        where.keys(client).put(key, bytes);
      } else {
        where.keys(client).put(key, bytes, ttl);
      }
    }
    return 0;
  }

  private byte[] bytes(@Nullable String value, @Nullable Path file) throws IOException {
    if ((value == null) == (file == null)) {
      throw new UsageException("value: (expected: either VALUE or --file)");
    }
    if (value != null) {
      return value.getBytes(StandardCharsets.UTF_8);
    }
    return file == null || file.toString().equals("-")
        ? session.in().readAllBytes()
        : Files.readAllBytes(file);
  }

  @Command(name = "delete", description = "Remove keys.")
  int delete(
      @Mixin Where where,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "The keys.")
          String[] keys)
      throws IOException {
    try (MeshClient client = where.mesh.connect(session)) {
      RemoteKeys namespace = where.keys(client);
      for (String key : keys) {
        session.out().println((namespace.delete(key) ? "deleted " : "had no value: ") + key);
      }
    }
    return 0;
  }

  @Command(name = "list", description = "List keys in order.")
  int list(
      @Mixin Where where,
      @Option(
              names = "--prefix",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Only keys that begin with it.")
          String prefix,
      @Option(names = "--keys", description = "Print keys only, one a line.") boolean keysOnly)
      throws IOException {
    Table table = Table.of("KEY", ">BYTES", "EXPIRES", "METADATA");
    try (MeshClient client = where.mesh.connect(session)) {
      RemoteKeys namespace = where.keys(client);
      String cursor = "";
      do {
        KvKeys page = namespace.list(prefix, cursor, PAGE);
        for (KvKey key : page.getKeysList()) {
          if (keysOnly) {
            session.out().println(key.getName());
          } else {
            table.row(
                OneLine.of(key.getName()),
                (long) key.getBytes(),
                key.hasExpiration() ? Instant.ofEpochMilli((long) key.getExpiration()) : "never",
                OneLine.of(key.getMetadata()));
          }
        }
        cursor = page.getCursor();
      } while (!cursor.isEmpty());
    }
    if (!keysOnly) {
      table.print(session.out(), "");
    }
    return 0;
  }
}
