package dev.brink.mesh.admin;

import dev.brink.grid.file.WholeFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** The token that admin calls present, kept in the data directory for its owner alone. */
public final class AdminToken {
  /** The file's name in the data directory. */
  public static final String FILE = "admin-token";

  private static final int BYTES = 32;

  /**
   * The token in the file; makes the file, mode 0600, when there is none, not even a link to where
   * one will be mounted. For the one that holds the directory.
   *
   * @throws IOException when it can be neither read nor made, or is empty
   */
  public static String readOrCreate(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      WholeFile.writeSecret(file, fresh + "\n");
      return fresh;
    }
    if (Files.isDirectory(file)) {
      throw wrong(file, "a directory");
    }
    String token = read(file).strip();
    if (token.isEmpty()) {
      throw wrong(file, "empty");
    }
    return token;
  }

  private static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      IOException wrong = wrong(file, "not text");
      wrong.initCause(e);
      throw wrong;
    }
  }

  private static IOException wrong(Path file, String what) {
    return new IOException(
        file + ": " + what + " (expected: the admin token; without the file a new one is made)");
  }

  private AdminToken() {}
}
