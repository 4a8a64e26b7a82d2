package dev.brink.grid.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path directory;

  @Test
  void makesAndReplaces() throws Exception {
    Path file = directory.resolve("file");
    WholeFile.write(file, "one, longer than the next");
    WholeFile.write(file, "zwölf");
    assertThat(file).hasContent("zwölf");
    assertOnly("file");
  }

  @Test
  void aSecretIsItsOwnersAlone() throws Exception {
    Path file = directory.resolve("file");
    Path left = Files.writeString(directory.resolve("file.new"), "left by one that was killed");
    Files.setPosixFilePermissions(left, PosixFilePermissions.fromString("rw-rw-rw-"));
    WholeFile.writeSecret(file, "secret");
    assertThat(file).hasContent("secret");
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertOnly("file");
  }

  @Test
  void whatCannotBeReplacedStays() throws Exception {
    Path file = Files.createDirectory(directory.resolve("file"));
    Files.createFile(file.resolve("in it"));
    assertThatThrownBy(() -> WholeFile.write(file, "text")).isInstanceOf(IOException.class);
    assertThat(file.resolve("in it")).exists();
    assertOnly("file");
  }

  private void assertOnly(String name) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly(name);
    }
  }
}
