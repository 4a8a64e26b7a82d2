package dev.brink.mesh.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretKeyFileTest {
  private static final SecretId ID = new SecretId("acme", "shop", "API_KEY");
  private static final String FIRST = Base64.getEncoder().encodeToString(new byte[32]);
  private static final String SECOND = "//////////////////////////////////////////8=";

  @TempDir private Path directory;

  @Test
  void theFirstLineSealsAndAllOpen() throws IOException {
    SecretKeys both = SecretKeyFile.read(file("# new\n" + FIRST + "\n\n# old\n" + SECOND + "\n"));
    SecretKeys old = SecretKeyFile.read(file(SECOND));
    assertThat(both.open(ID, old.seal(ID, "value", 0))).isEqualTo("value");
    assertThat(both.isCurrent(SecretKeyFile.read(file(FIRST)).seal(ID, "value", 0))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----"})
  void aFileOfOthersIsRefused(String mode) throws IOException {
    Path file = file(FIRST);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    refused(
        file, "has the mode " + mode + " (expected: one for its owner alone, such as rw-------)");
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutItsText() throws IOException {
    refused(file(FIRST + "\nnot/base64!"), "line 2 is not base64 (expected: 32 bytes in base64)");
    Path bytes = Files.write(file(FIRST), new byte[] {'a', (byte) 0xff});
    refused(bytes, "line 1 is not base64 (expected: 32 bytes in base64)");
    refused(file("c2hvcnQ="), "line 1 has 5 bytes (expected: 32 bytes in base64)");
    refused(file("# nothing\n"), "0 keys (expected: 1 to 16, one a line)");
    refused(file((FIRST + "\n").repeat(17)), "17 keys (expected: 1 to 16, one a line)");
    refused(directory.resolve("none"), "cannot be read (expected: a file that the node may read)");
  }

  private static void refused(Path file, String message) {
    assertThatThrownBy(() -> SecretKeyFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessage("secrets.key-file: " + file + " " + message);
  }

  private Path file(String text) throws IOException {
    Path file = Files.createTempFile(directory, "keys", "");
    return Files.writeString(file, text);
  }
}
