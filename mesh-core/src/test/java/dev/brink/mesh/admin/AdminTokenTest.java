package dev.brink.mesh.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
  @TempDir Path directory;

  @Test
  void isMadeOnceAndReadThen() throws Exception {
    String token = AdminToken.readOrCreate(directory);
    assertThat(token).hasSizeGreaterThan(40);
    assertThat(AdminToken.readOrCreate(directory)).isEqualTo(token);
  }

  @Test
  void bytesThatAreNoTextAreNamed() throws Exception {
    Path file = Files.write(directory.resolve(AdminToken.FILE), new byte[] {'a', (byte) 0xff});
    assertThatThrownBy(() -> AdminToken.readOrCreate(directory))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file + ": not text (expected: the admin token; without the file a new one is made)");
  }

  @Test
  void aDirectoryInItsPlaceIsNamed() throws Exception {
    Path file = Files.createDirectory(directory.resolve(AdminToken.FILE));
    assertThatThrownBy(() -> AdminToken.readOrCreate(directory))
        .isInstanceOf(IOException.class)
        .hasMessage(
            file + ": a directory (expected: the admin token; without the file a new one is made)");
  }

  @Test
  void aSecretThatIsNotMountedYetIsAnError() throws Exception {
    Path secret = directory.resolve("secret");
    Path link = Files.createSymbolicLink(directory.resolve(AdminToken.FILE), secret);
    assertThatThrownBy(() -> AdminToken.readOrCreate(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(AdminToken.FILE);
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).isTrue();
    Files.writeString(secret, "mounted\n");
    assertThat(AdminToken.readOrCreate(directory)).isEqualTo("mounted");
  }
}
