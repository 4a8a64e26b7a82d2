package dev.brink.mesh.folder;

import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.proto.FunctionFile;
import dev.brink.mesh.wire.SpecMessages;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

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
      return ManifestJson.read(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw invalid(file + ": " + e.getMessage());
    } catch (CharacterCodingException _) {
      throw invalid(file + ": not text in UTF-8 (expected: a manifest)");
    }
  }

  static DeploymentException invalid(String message) {
    return new DeploymentException("invalid-folder", message, false);
  }

  private FunctionFolder() {}
}
