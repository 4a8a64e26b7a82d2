package dev.brink.mesh.admin;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** The token that admin calls present, kept in the data directory for its owner alone. */
public final class AdminToken {
  /** The file's name in the data directory. */
  public static final String FILE = "admin-token";

  private static final int BYTES = 32;

  /**
   * The token in the file; makes the file, mode 0600, when there is none.
   *
   * @throws IOException when it can be neither read nor made, or is empty
   */
  public static String readOrCreate(Path dataDirectory) throws IOException {
    Path file = dataDirectory.resolve(FILE);
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try {
      create(file);
      Files.writeString(file, fresh + "\n");
      return fresh;
    } catch (FileAlreadyExistsException e) {
      String token = Files.readString(file).strip();
      if (token.isEmpty()) {
        throw new IOException(file + ": empty (expected: the admin token)", e);
      }
      return token;
    }
  }

  private static void create(Path file) throws IOException {
    if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } else {
      Files.createFile(file);
    }
  }

  private AdminToken() {}
}
