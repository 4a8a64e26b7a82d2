package dev.brink.mesh.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The node's part in functions' secrets.
 *
 * @param keyFile file with the keys that seal and open them; {@code null}: none can be put, and
 *     functions that have some do not load here
 */
public record SecretsConfig(@Nullable Path keyFile) {
  Builder toBuilder() {
    Builder builder = new Builder();
    builder.keyFile = keyFile;
    return builder;
  }

  /** Default: no file. */
  public static final class Builder {
    private @Nullable Path keyFile;

    Builder() {}

    public Builder keyFile(Path file) {
      keyFile = file;
      return this;
    }

    SecretsConfig build() {
      return new SecretsConfig(keyFile);
    }
  }
}
