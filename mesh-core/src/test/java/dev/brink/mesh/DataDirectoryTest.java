package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir private Path folder;

  @Test
  void aFileInItsPlaceIsToldByItsKey() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    for (Path wanted : new Path[] {file, file.resolve("below")}) {
      assertThatIOException()
          .isThrownBy(() -> DataDirectory.open(wanted))
          .withMessageStartingWith(
              "data-directory: "
                  + wanted
                  + " (expected: a directory that can be made and written)");
    }
  }

  @Test
  void aNodeIdThatWasOverwrittenIsShownInPart() throws IOException {
    Path id = folder.resolve("node-id");
    Files.write(id, new byte[] {'x', (byte) 0xff, 'y'});
    try (DataDirectory data = DataDirectory.open(folder)) {
      assertThatIOException()
          .isThrownBy(data::nodeId)
          .withMessage(
              id + ": \"x\u00ffy\" (expected: a UUID; without the file the node gets a new one)");
      Files.writeString(id, "z".repeat(100_000));
      assertThatIOException()
          .isThrownBy(data::nodeId)
          .withMessageStartingWith(id + ": \"" + "z".repeat(40) + "...\" (expected: a UUID");
    }
  }

  @Test
  void aDirectoryInThePlaceOfANodeIdIsNamed() throws IOException {
    Path id = Files.createDirectory(folder.resolve("node-id"));
    try (DataDirectory data = DataDirectory.open(folder)) {
      assertThatIOException()
          .isThrownBy(data::nodeId)
          .withMessage(id + ": a directory (expected: a UUID; without it the node gets a new one)");
    }
  }

  @Test
  void oneThatIsTakenIsToldByItsKey() throws IOException {
    DataDirectory first = DataDirectory.open(folder);
    assertThatIOException()
        .isThrownBy(() -> DataDirectory.open(folder))
        .withMessage("data-directory: " + folder + " (expected: one that no running node uses)");
    first.close();
    DataDirectory.open(folder).close();
  }
}
