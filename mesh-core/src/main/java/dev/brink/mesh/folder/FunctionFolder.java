package dev.brink.mesh.folder;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.proto.FunctionFile;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.mesh.wire.SpecMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a folder that holds a function or describes a pool of origins.
 *
 * <p>{@code brink.json} is a {@code FunctionFile} message in its JSON mapping: {@code tenant},
 * {@code name} (default: the folder's), {@code main} (default {@code main.js}), {@code routes},
 * {@code limits}, {@code variables}, {@code services}, {@code kv}, {@code idempotent}, {@code
 * placement}, {@code eval}, {@code isolation} and more; or {@code origin} instead of {@code main}.
 * A folder with a {@code main.js} needs none. All other files are the function's modules: at most 7
 * MiB and 1,000 files together, hidden ones left out.
 */
public final class FunctionFolder {
  static final String MANIFEST = "brink.json";
  private static final long MAX_MANIFEST_BYTES = 1 << 20;
  private static final Pattern UNKNOWN_FIELD =
      Pattern.compile("Cannot find field: (\\S+) in message (\\S+)");

  /**
   * Reads {@code folder}.
   *
   * @throws DeploymentException with code {@code invalid-folder}; the message names the file
   */
  public static DeploymentSpec read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw invalid(folder + ": not a folder (expected: a folder with " + MANIFEST + ")");
    }
    try {
      Path real = folder.toRealPath();
      FunctionFile manifest = manifest(folder);
      String name = String.valueOf(real.getFileName());
      Map<String, byte[]> modules =
          manifest.hasOrigin() ? Map.of() : ModuleFiles.in(folder, real).read();
      String main = manifest.getMain().isEmpty() ? "main.js" : manifest.getMain();
      if (!manifest.hasOrigin() && !modules.containsKey(main)) {
        throw invalid(folder + ": no file " + main + " (expected: the module main names)");
      }
      return SpecMessages.spec(manifest, name, modules);
    } catch (IOException e) {
      throw invalid(folder + ": cannot be read: " + e.getMessage());
    }
  }

  private static FunctionFile manifest(Path folder) throws IOException {
    Path file = folder.resolve(MANIFEST);
    if (!Files.exists(file)) {
      if (Files.exists(folder.resolve("main.js"))) {
        return FunctionFile.getDefaultInstance();
      }
      throw invalid(folder + ": neither " + MANIFEST + " nor main.js (expected: one of them)");
    }
    if (Files.size(file) > MAX_MANIFEST_BYTES) {
      throw invalid(file + ": more than 1 MiB (expected: a manifest)");
    }
    try {
      return AdminJson.parse(Files.readString(file), FunctionFile.newBuilder()).build();
    } catch (IllegalArgumentException e) {
      throw invalid(file + ": " + explain(String.valueOf(e.getMessage())));
    }
  }

  /** Names the key that is not known and those that are. */
  private static String explain(String message) {
    Matcher matcher = UNKNOWN_FIELD.matcher(message);
    if (!matcher.find()) {
      return message.lines().findFirst().orElse(message);
    }
    Descriptor holder = find(FunctionFile.getDescriptor(), matcher.group(2));
    if (holder == null) {
      return matcher.group(1) + ": unknown key";
    }
    return matcher.group(1)
        + ": unknown key (expected: "
        + holder.getFields().stream()
            .map(FieldDescriptor::getJsonName)
            .collect(Collectors.joining(", "))
        + ")";
  }

  private static @Nullable Descriptor find(Descriptor in, String fullName) {
    if (in.getFullName().equals(fullName)) {
      return in;
    }
    for (FieldDescriptor field : in.getFields()) {
      if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        Descriptor found = find(field.getMessageType(), fullName);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  static DeploymentException invalid(String message) {
    return new DeploymentException("invalid-folder", message, false);
  }

  private FunctionFolder() {}
}
