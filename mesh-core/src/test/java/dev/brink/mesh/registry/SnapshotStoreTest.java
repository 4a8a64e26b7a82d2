package dev.brink.mesh.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.brink.grid.Stamp;
import dev.brink.mesh.CapturedLog;
import dev.brink.mesh.proto.SnapshotFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTest {
  private static final SnapshotFile SNAPSHOT =
      SnapshotFile.newBuilder()
          .addDeployments(
              StoredRecords.of(
                  "default/hello",
                  ByteString.copyFromUtf8("what is deployed"),
                  new Stamp(1, 0, new UUID(0, 1))))
          .build();

  @TempDir Path directory;

  @Test
  void whatWasWrittenIsRead() throws Exception {
    var store = new SnapshotStore(directory.resolve("snapshot"));
    store.write(SNAPSHOT);
    assertThat(store.read().getDeploymentsList()).isEqualTo(SNAPSHOT.getDeploymentsList());
    // What was read may be written, too.
    store.write(store.read());
    assertThat(store.read().getDeploymentsList()).isEqualTo(SNAPSHOT.getDeploymentsList());
  }

  @Test
  void oneWithoutAChecksumIsRead() throws Exception {
    Path file = Files.write(directory.resolve("snapshot"), SNAPSHOT.toByteArray());
    assertThat(new SnapshotStore(file).read()).isEqualTo(SNAPSHOT);
  }

  /** As on a disk that fails: most would be records still, of another name. */
  @Test
  void oneThatWasChangedIsSetAside() throws Exception {
    Path file = directory.resolve("snapshot");
    var store = new SnapshotStore(file);
    for (int at = 0; at < SNAPSHOT.getSerializedSize(); at++) {
      store.write(SNAPSHOT);
      byte[] bytes = Files.readAllBytes(file);
      bytes[at] ^= 1;
      Files.write(file, bytes);
      try (CapturedLog log = CapturedLog.of(SnapshotStore.class)) {
        assertThat(store.read()).as("byte %s", at).isEqualTo(SnapshotFile.getDefaultInstance());
        assertThat(log.lines()).singleElement().asString().contains(file + ": ", "set aside");
      }
      assertThat(directory.resolve("snapshot.unreadable")).hasBinaryContent(bytes);
    }
  }
}
