package dev.brink.mesh.cache;

import dev.brink.cache.Purge;
import dev.brink.mesh.file.WholeFile;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of the purges that the grid does not keep yet, so that they outlast the process. */
final class UnrecordedPurges {
  private static final Logger LOG = LoggerFactory.getLogger(UnrecordedPurges.class);

  private final Path file;

  /**
   * @param file made when there is something to be kept, and removed when there is nothing
   */
  UnrecordedPurges(Path file) {
    this.file = file;
  }

  /** What was written last; nothing when there is none or it is unreadable, which is logged. */
  List<Purge> read() {
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return PurgeRequest.parseFrom(Files.readAllBytes(file)).getPurgesList().stream()
          .map(CacheMessages::fromProto)
          .toList();
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("{}: purges that were to be recorded are lost: {}", file, e.toString());
      return List.of();
    }
  }

  /**
   * Puts these in place of what was there; blocks.
   *
   * @throws IOException when that cannot be done
   */
  synchronized void write(Collection<Purge> purges) throws IOException {
    if (purges.isEmpty()) {
      Files.deleteIfExists(file);
      return;
    }
    PurgeRequest all =
        PurgeRequest.newBuilder()
            .addAllPurges(purges.stream().map(CacheMessages::toProto).toList())
            .build();
    WholeFile.write(file, all.toByteString().asReadOnlyByteBuffer());
  }
}
