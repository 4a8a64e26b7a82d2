package dev.brink.mesh.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The file that an operator keeps keys in: one a line, 32 bytes in base64, the one that seals
 * first. Empty lines and those that begin with {@code #} are passed over. What is wrong with a file
 * is told without what is in it.
 */
public final class SecretKeyFile {
  private static final int MAX_BYTES = 64 << 10;
  private static final int MAX_KEYS = 16;
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /**
   * Reads the keys.
   *
   * @throws IOException when the file cannot be read, is not its owner's alone, or has anything
   *     else in it
   */
  public static SecretKeys read(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw wrong(file, "cannot be read", "a file that the node may read");
    }
    requirePrivate(file);
    if (Files.size(file) > MAX_BYTES) {
      throw wrong(file, Files.size(file) + " bytes", "at most " + MAX_BYTES);
    }
    List<byte[]> keys = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        keys.add(key(file, number, line.strip()));
      }
    }
    if (keys.isEmpty() || keys.size() > MAX_KEYS) {
      throw wrong(file, keys.size() + " keys", "1 to " + MAX_KEYS + ", one a line");
    }
    return SecretKeys.of(keys);
  }

  private static void requirePrivate(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return;
    }
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(mode)) {
      throw wrong(
          file,
          "has the mode " + PosixFilePermissions.toString(mode),
          "one for its owner alone, such as rw-------");
    }
  }

  private static byte[] key(Path file, int number, String line) throws IOException {
    String expected = SecretKeys.KEY_BYTES + " bytes in base64";
    byte[] key;
    try {
      key = Base64.getDecoder().decode(line);
    } catch (IllegalArgumentException _) {
      throw wrong(file, "line " + number + " is not base64", expected);
    }
    if (key.length != SecretKeys.KEY_BYTES) {
      throw wrong(file, "line " + number + " has " + key.length + " bytes", expected);
    }
    return key;
  }

  private static IOException wrong(Path file, String what, String expected) {
    return new IOException(
        "secrets.key-file: " + file + " " + what + " (expected: " + expected + ")");
  }

  private SecretKeyFile() {}
}
