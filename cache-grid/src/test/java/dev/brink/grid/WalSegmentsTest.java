package dev.brink.grid;

import static dev.brink.grid.Grids.get;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log of the durable store has its place on the disk before it is written through a mapping.
 */
@EnabledOnOs(OS.LINUX)
class WalSegmentsTest {
  @TempDir Path directory;

  @Test
  void noSegmentOfARunningStoreHasHoles() throws Exception {
    try (Grids grids = new Grids(directory)) {
      Grid grid = grids.start(grids.options(1).durable(true));
      Grids.await("it can be used", grid::durableReady);
      KeyValue at = grid.keyValue(Namespace.durable("default", "test"));
      byte[] value = new byte[16_000];
      for (int i = 0; i < 2_000; i++) {
        value[i % value.length]++;
        get(at.put("key" + i % 10, value));
      }
      List<Path> segments = segments();
      assertThat(segments).hasSizeGreaterThan(2);
      for (Path segment : segments) {
        assertThat(allocated(segment)).as(segment.toString()).isGreaterThanOrEqualTo(16 << 20);
      }
    }
  }

  @Test
  void theLastOneIsCompletedAndKeepsWhatIsInIt() throws Exception {
    Path node = Files.createDirectories(directory.resolve("wal/node"));
    Path first = Files.createFile(node.resolve("0000000000000001.wal"));
    Path last = node.resolve("0000000000000002.wal");
    byte[] text = "text".getBytes(StandardCharsets.UTF_8);
    try (var file = new RandomAccessFile(last.toFile(), "rw")) {
      file.setLength(1_000_001);
      file.seek(500_000);
      file.write(text);
    }
    WalSegments.completeLast(directory.resolve("wal"));
    assertThat(allocated(last)).isGreaterThanOrEqualTo(1_000_001);
    assertThat(Files.size(first)).isZero();
    byte[] bytes = Files.readAllBytes(last);
    assertThat(bytes).hasSize(1_000_001);
    assertThat(new String(bytes, StandardCharsets.ISO_8859_1).strip().replace("\0", ""))
        .isEqualTo("text");
    assertThat(bytes[500_000]).isEqualTo(text[0]);
  }

  @Test
  void noLogIsNoError() throws Exception {
    WalSegments.completeLast(directory.resolve("missing"));
    WalSegments.completeLast(directory);
    assertThat(directory).isEmptyDirectory();
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(file -> file.toString().endsWith(".wal")).sorted().toList();
    }
  }

  private static long allocated(Path file) throws Exception {
    Process process = new ProcessBuilder("stat", "-c", "%b %B", file.toString()).start();
    String[] words =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .strip()
            .split(" ", -1);
    assertThat(process.waitFor()).isZero();
    return Long.parseLong(words[0]) * Long.parseLong(words[1]);
  }
}
