package dev.brink.mesh.registry;

import dev.brink.grid.file.WholeFile;
import dev.brink.mesh.proto.SnapshotFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshot's file: whole or not there, whatever happens while it is written. */
final class SnapshotStore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

  private final Path file;

  SnapshotStore(Path file) {
    this.file = file;
  }

  /** What was written last; empty when there is nothing or it is unreadable, which is logged. */
  SnapshotFile read() {
    if (!Files.exists(file)) {
      return SnapshotFile.getDefaultInstance();
    }
    try {
      return SnapshotFile.parseFrom(Files.readAllBytes(file));
    } catch (IOException e) {
      LOG.error("snapshot {}: {}; set aside, the node starts without it", file, e.toString());
      setAside();
      return SnapshotFile.getDefaultInstance();
    }
  }

  private void setAside() {
    try {
      Files.move(
          file,
          file.resolveSibling(file.getFileName() + ".unreadable"),
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.error("snapshot {}: cannot be set aside: {}", file, e.toString());
    }
  }

  void write(SnapshotFile snapshot) throws IOException {
    WholeFile.write(file, snapshot.toByteString().asReadOnlyByteBuffer());
  }
}
