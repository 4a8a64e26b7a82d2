package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MembersFileTest {
  @TempDir Path directory;

  private final Slot slot = slot();

  @Test
  void whatIsSavedIsLoaded() throws Exception {
    new MembersFile(directory, "brink").save(List.of(slot));
    assertThat(new MembersFile(directory, "brink").load()).containsExactly(slot);
  }

  @Test
  void noFileMeansNoMembers() throws Exception {
    assertThat(new MembersFile(directory, "brink").load()).isEmpty();
  }

  @Test
  void anUnchangedListIsNotWrittenAgain() throws Exception {
    MembersFile file = new MembersFile(directory, "brink");
    file.save(List.of(slot));
    Files.delete(directory.resolve(MembersFile.NAME));
    file.save(List.of(slot));
    assertThat(directory.resolve(MembersFile.NAME)).doesNotExist();
  }

  @Test
  void aDamagedByteIsNoticed() throws Exception {
    Path path = directory.resolve(MembersFile.NAME);
    new MembersFile(directory, "brink").save(List.of(slot));
    byte[] good = Files.readAllBytes(path);
    for (int i = 0; i < good.length; i += 5) {
      byte[] bad = good.clone();
      bad[i] ^= 0x10;
      Files.write(path, bad);
      assertThat(new MembersFile(directory, "brink").load()).as("byte %d", i).isEmpty();
      assertThat(directory.resolve("members.bad")).hasBinaryContent(bad);
    }
  }

  @Test
  void theFileOfAnotherClusterIsPutAside() throws Exception {
    new MembersFile(directory, "other").save(List.of(slot));
    assertThat(new MembersFile(directory, "brink").load()).isEmpty();
    assertThat(directory.resolve("members.bad")).exists();
  }

  @Test
  void aDirectoryInItsPlaceIsPutAside() throws Exception {
    Files.createDirectory(directory.resolve(MembersFile.NAME));
    MembersFile file = new MembersFile(directory, "brink");
    assertThat(file.load()).isEmpty();
    assertThat(directory.resolve("members.bad")).isDirectory();
    file.save(List.of(slot));
    assertThat(new MembersFile(directory, "brink").load()).containsExactly(slot);
  }

  private static Slot slot() {
    KnownMember member =
        new KnownMember(
            Grids.id(1),
            "node1",
            new HostPort("127.0.0.1", 47500),
            Map.of("link", "127.0.0.1:7400"),
            new Stamp(1, 0, Grids.id(1)));
    return Slot.of(new Entry(member.encode(), new Stamp(5, 6, Grids.id(1))));
  }
}
