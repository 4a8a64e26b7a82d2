package dev.brink.mesh.registry;

import com.google.protobuf.ByteString;
import dev.brink.grid.file.WholeFile;
import dev.brink.mesh.proto.SnapshotFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot's file: whole or not there, whatever happens while it is written. One that was
 * changed since is not read.
 */
final class SnapshotStore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotStore.class);

  /** A tag and 32 bits. */
  private static final int SEAL_BYTES = 5;

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
      return checked(Files.readAllBytes(file));
    } catch (IOException e) {
      LOG.error("snapshot {}: {}; set aside, the node starts without it", file, e.toString());
      setAside();
      return SnapshotFile.getDefaultInstance();
    }
  }

  private static SnapshotFile checked(byte[] bytes) throws IOException {
    SnapshotFile read = SnapshotFile.parseFrom(bytes);
    if (read.hasChecksum()
        && read.getChecksum() != checksum(ByteBuffer.wrap(bytes, 0, bytes.length - SEAL_BYTES))) {
      throw new IOException("its checksum is wrong: something else changed it");
    }
    return read;
  }

  private static int checksum(ByteBuffer bytes) {
    var sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
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
    ByteString records = snapshot.toByteString();
    // Messages that follow each other are one.
    SnapshotFile seal =
        SnapshotFile.newBuilder().setChecksum(checksum(records.asReadOnlyByteBuffer())).build();
    WholeFile.write(file, records.concat(seal.toByteString()).asReadOnlyByteBuffer());
  }
}
