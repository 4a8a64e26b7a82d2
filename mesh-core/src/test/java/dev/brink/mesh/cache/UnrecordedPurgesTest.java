package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.Purge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of purges that the grid does not keep yet. */
class UnrecordedPurgesTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("unrecorded");
  }

  private static Purge purge(int number) {
    return Purge.of(Purge.Scope.TAG, "tag" + number).at(1_000 + number);
  }

  private static List<Purge> purges(int from, int to) {
    List<Purge> purges = new ArrayList<>();
    for (int i = from; i < to; i++) {
      purges.add(purge(i));
    }
    return purges;
  }

  private List<Purge> read() {
    return new UnrecordedPurges(file()).read();
  }

  /** There are those from one to another, of which those from a third on are new. */
  private static void write(UnrecordedPurges file, int from, int added, int to) throws IOException {
    file.write(purges(added, to), to - from, () -> purges(from, to));
  }

  @Test
  void whatIsAddedIsAppended() throws IOException {
    var file = new UnrecordedPurges(file());
    write(file, 0, 0, 100);
    Object written = Files.readAttributes(file(), "unix:ino").get("ino");
    long bytes = Files.size(file());
    file.write(
        purges(100, 101),
        101,
        () -> {
          throw new AssertionError("what is not new is not asked for");
        });
    assertThat(Files.readAttributes(file(), "unix:ino")).as("the same file").containsValue(written);
    assertThat(Files.size(file()) - bytes).isBetween(1L, 40L);
    assertThat(read()).isEqualTo(purges(0, 101));
    write(file, 0, 0, 0);
    assertThat(file()).doesNotExist();
    write(file, 0, 0, 1);
    assertThat(read()).isEqualTo(purges(0, 1));
  }

  @Test
  void theFileIsBoundedByWhatThereIs() throws IOException {
    var file = new UnrecordedPurges(file());
    for (int i = 0; i < 300; i++) {
      write(file, i, i + (i == 0 ? 0 : 9), i + 10);
      assertThat(read()).hasSizeLessThan(100).endsWith(purge(i + 9)).containsAll(purges(i, i + 10));
    }
  }

  @Test
  void whatACrashHasTornOffIsLostAloneAndWrittenOverByTheNextProcess() throws IOException {
    var file = new UnrecordedPurges(file());
    write(file, 0, 0, 5);
    int acknowledged = (int) Files.size(file());
    write(file, 0, 5, 6);
    byte[] whole = Files.readAllBytes(file());
    for (int length = acknowledged; length < whole.length; length++) {
      Files.write(file(), Arrays.copyOf(whole, length));
      assertThat(read()).as("of %d bytes", length).isEqualTo(purges(0, 5));
      byte[] zeros = Arrays.copyOf(Arrays.copyOf(whole, length), whole.length);
      Files.write(file(), length == acknowledged ? zeros : Arrays.copyOf(whole, length));
      assertThat(read()).startsWith(purges(0, 5).toArray(Purge[]::new));
      write(new UnrecordedPurges(file()), 0, 6, 7);
      assertThat(read()).isEqualTo(purges(0, 7));
    }
  }

  @Test
  void afterAFailureTheWholeIsWritten() throws IOException {
    var file = new UnrecordedPurges(file());
    write(file, 0, 0, 2);
    Files.delete(file());
    assertThatThrownBy(() -> write(file, 0, 2, 3)).isInstanceOf(IOException.class);
    write(file, 0, 3, 3);
    assertThat(read()).isEqualTo(purges(0, 3));
  }
}
