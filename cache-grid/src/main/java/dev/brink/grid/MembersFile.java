package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.file.WholeFile;
import dev.brink.grid.wire.StoredRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The known members on disk: a checksum (CRC-32C, 4 bytes), then a protobuf message. It is replaced
 * as a whole, so that a crash leaves the old file or the new one.
 */
final class MembersFile {
  static final String NAME = "members";

  private static final Logger log = LoggerFactory.getLogger(MembersFile.class);
  private static final int FORMAT = 1;
  private static final int MAX_BYTES = 16 << 20;

  private final Path file;
  private final String cluster;
  private byte[] written = new byte[0];

  MembersFile(Path directory, String cluster) {
    file = directory.resolve(NAME);
    this.cluster = cluster;
  }

  /**
   * The members' records; none when there is no file, or one that cannot be used, which is reported
   * and kept aside.
   */
  List<Slot> load() throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new MalformedRecordException("a directory", null);
      }
      if (Files.size(file) > MAX_BYTES) {
        throw new MalformedRecordException("larger than " + MAX_BYTES + " bytes", null);
      }
      return parse(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      log.debug("no known members yet: {}", file, e);
    } catch (MalformedRecordException e) {
      Path aside = file.resolveSibling(NAME + ".bad");
      Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
      log.warn("{} is left out and moved to {}: {}", file, aside, e.getMessage());
    }
    return List.of();
  }

  /** Replaces the file when that changes it. */
  void save(List<Slot> members) throws IOException {
    var message =
        dev.brink.grid.wire.MembersFile.newBuilder().setFormat(FORMAT).setCluster(cluster);
    members.forEach(slot -> message.addMembers(Wire.toRecord(slot)));
    byte[] bytes = message.build().toByteArray();
    if (Arrays.equals(bytes, written)) {
      return;
    }
    ByteBuffer content = ByteBuffer.allocate(4 + bytes.length);
    content.putInt(checksum(bytes)).put(bytes).flip();
    WholeFile.write(file, content);
    written = bytes;
  }

  private List<Slot> parse(byte[] content) throws MalformedRecordException {
    if (content.length < 4) {
      throw new MalformedRecordException("too short", null);
    }
    byte[] bytes = Arrays.copyOfRange(content, 4, content.length);
    if (ByteBuffer.wrap(content).getInt() != checksum(bytes)) {
      throw new MalformedRecordException("wrong checksum", null);
    }
    try {
      var message = dev.brink.grid.wire.MembersFile.parseFrom(bytes);
      if (message.getFormat() != FORMAT) {
        throw new MalformedRecordException(
            "format: " + message.getFormat() + " (expected: " + FORMAT + ")", null);
      }
      if (!message.getCluster().equals(cluster)) {
        throw new MalformedRecordException(
            "cluster: " + message.getCluster() + " (expected: " + cluster + ")", null);
      }
      List<Slot> slots = new ArrayList<>();
      for (StoredRecord stored : message.getMembersList()) {
        slots.add(Wire.fromRecord(stored));
      }
      return slots;
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedRecordException("not a list of members: " + e.getMessage(), e);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }
}
