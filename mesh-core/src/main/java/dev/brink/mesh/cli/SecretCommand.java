package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.SecretMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "secret", description = "Give functions secrets, and take them away.")
final class SecretCommand {
  private final Session session;

  SecretCommand(Session session) {
    this.session = session;
  }

  /** Whose secrets. */
  static final class Where {
    @Mixin private MeshOptions mesh = new MeshOptions();

    @Option(
        names = "--function",
        required = true,
        paramLabel = "[TENANT/]NAME",
        description = "The function; it need not be deployed yet.")
    private String function = "";

    private Target target() {
      return Target.parse(function);
    }
  }

  @Command(
      name = "put",
      description = "Give a function a secret; the value is read from standard input.",
      footer = {
        "",
        "One line end at the end of the input is left out. Never type a value on the command line:"
            + " others can see that. For example: brink secret put API_KEY --function shop <"
            + " api-key.txt"
      })
  int put(
      @Mixin Where where,
      @Parameters(index = "0", paramLabel = "NAME", description = "The property of env.")
          String name,
      @Option(names = "--exact", description = "Keep a line end at the end of the input.")
          boolean exact)
      throws IOException {
    Target target = where.target();
    String value = value(exact);
    try (MeshClient client = where.mesh.connect(session)) {
      client.secrets().put(target.tenant(), target.name(), name, value);
    }
    return 0;
  }

  private String value(boolean exact) throws IOException {
    byte[] bytes = session.in().readNBytes(Secrets.MAX_VALUE_BYTES + 3);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      throw new UsageException("value: standard input (expected: text in UTF-8)");
    }
    if (exact || !text.endsWith("\n")) {
      return text;
    }
    return text.substring(0, text.length() - (text.endsWith("\r\n") ? 2 : 1));
  }

  @Command(name = "list", description = "List a function's secrets: names and times, no values.")
  int list(
      @Mixin Where where,
      @Option(names = "--json", description = "Print a SecretList message.") boolean json)
      throws IOException {
    Target target = where.target();
    List<SecretInfo> secrets;
    try (MeshClient client = where.mesh.connect(session)) {
      secrets = client.secrets().list(target.tenant(), target.name());
    }
    if (json) {
      session.out().println(AdminJson.complete(SecretMessages.toProto(secrets)));
      return 0;
    }
    Table table = Table.of("NAME", "UPDATED");
    secrets.forEach(secret -> table.row(secret.name(), secret.updated()));
    table.print(session.out(), "");
    return 0;
  }

  @Command(name = "delete", description = "Take secrets away from a function.")
  int delete(
      @Mixin Where where,
      @Parameters(index = "0..*", arity = "1..*", paramLabel = "NAME", description = "The secrets.")
          String[] names)
      throws IOException {
    Target target = where.target();
    try (MeshClient client = where.mesh.connect(session)) {
      for (String name : names) {
        boolean was = client.secrets().delete(target.tenant(), target.name(), name);
        session.out().println((was ? "deleted " : "there was no ") + name);
      }
    }
    return 0;
  }

  @Command(
      name = "reseal",
      description = "Seal all secrets of the mesh with the first key of the node's key file.")
  int reseal(@Mixin MeshOptions mesh) throws IOException {
    Secrets.Resealed done;
    try (MeshClient client = mesh.connect(session)) {
      done = client.secrets().reseal();
    }
    session.out().println("resealed " + done.resealed());
    if (done.unreadable() > 0) {
      session
          .err()
          .println(
              "brink secret reseal: secret-unreadable: "
                  + done.unreadable()
                  + " are sealed with keys that the node does not have; its log names them");
      return 1;
    }
    return 0;
  }
}
