package dev.brink.mesh.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.Purge;
import dev.brink.mesh.file.WholeFile;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the purges that the grid does not keep yet, so that they outlast the process. It is
 * one message, to which what is new is added at the end, as protobuf allows: twice as many as there
 * are, or a failure, and it is written anew. What a crash has torn off at its end was never
 * acknowledged.
 */
final class UnrecordedPurges {
  private static final Logger LOG = LoggerFactory.getLogger(UnrecordedPurges.class);

  /** So many more than there are may be in the file. */
  private static final int SPARE = 64;

  private final Path file;

  /** What the file has; empty: it is to be written anew. Guarded by this. */
  private final Set<Purge> inFile = new HashSet<>();

  /**
   * @param file made when there is something to be kept, and removed when there is nothing
   */
  UnrecordedPurges(Path file) {
    this.file = file;
  }

  /**
   * What was written last, oldest first, and maybe more from before; what is unreadable is logged.
   */
  List<Purge> read() {
    List<Purge> purges = new ArrayList<>();
    if (!Files.exists(file)) {
      return purges;
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(Files.readAllBytes(file));
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag >>> 3 == PurgeRequest.PURGES_FIELD_NUMBER) {
          purges.add(CacheMessages.fromProto(PurgeRecord.parseFrom(in.readByteArray())));
        } else {
          in.skipField(tag);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      LOG.warn("{}: cut off after {} purges: {}", file, purges.size(), e.toString());
    } catch (IOException | IllegalArgumentException e) {
      LOG.error("{}: purges that were to be recorded are lost: {}", file, e.toString());
    }
    return purges;
  }

  /**
   * Has the file have these; blocks.
   *
   * @throws IOException when that cannot be done
   */
  synchronized void write(Collection<Purge> purges) throws IOException {
    if (purges.isEmpty()) {
      inFile.clear();
      Files.deleteIfExists(file);
      return;
    }
    List<Purge> added = purges.stream().filter(purge -> !inFile.contains(purge)).toList();
    boolean anew = inFile.isEmpty() || inFile.size() + added.size() > 2 * purges.size() + SPARE;
    boolean written = false;
    try {
      if (anew) {
        WholeFile.write(file, encode(purges));
        inFile.clear();
      } else if (!added.isEmpty()) {
        append(encode(added));
      }
      inFile.addAll(purges);
      written = true;
    } finally {
      if (!written) {
        // The next write is of the whole: what the file ends with is not known.
        inFile.clear();
      }
    }
  }

  private void append(ByteBuffer bytes) throws IOException {
    try (FileChannel end = FileChannel.open(file, StandardOpenOption.APPEND)) {
      while (bytes.hasRemaining()) {
        end.write(bytes);
      }
      end.force(false);
    }
  }

  private static ByteBuffer encode(Collection<Purge> purges) {
    return PurgeRequest.newBuilder()
        .addAllPurges(purges.stream().map(CacheMessages::toProto).toList())
        .build()
        .toByteString()
        .asReadOnlyByteBuffer();
  }
}
