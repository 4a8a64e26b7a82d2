package dev.brink.mesh.cache;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.cache.Purge;
import dev.brink.grid.file.WholeFile;
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
import java.util.List;
import java.util.function.Supplier;
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

  /** How many the file has; 0: it is to be written anew. Guarded by this. */
  private int inFile;

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
   * Has the file have what is new as well; blocks.
   *
   * @param added what came since the last call
   * @param count how many there are in all; 0: the file goes
   * @param all gives these, asked for only where the file is written anew
   * @throws IOException when that cannot be done; the next call writes all
   */
  synchronized void write(Collection<Purge> added, int count, Supplier<List<Purge>> all)
      throws IOException {
    int before = inFile;
    // Until it is written what the file ends with is not known.
    inFile = 0;
    if (count == 0) {
      Files.deleteIfExists(file);
    } else if (before == 0 || before + added.size() > 2 * count + SPARE) {
      List<Purge> whole = all.get();
      WholeFile.write(file, encode(whole));
      inFile = whole.size();
    } else {
      if (!added.isEmpty()) {
        append(encode(added));
      }
      inFile = before + added.size();
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
