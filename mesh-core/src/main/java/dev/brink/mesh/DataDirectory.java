package dev.brink.mesh;

import dev.brink.grid.file.WholeFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a node keeps on disk; held by one node at a time. */
final class DataDirectory implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final String NODE_ID = "node-id";
  private static final int MOST_SHOWN = 40;

  private final Path path;
  private final FileChannel channel;

  private DataDirectory(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Makes it if need be and takes it.
   *
   * @throws IOException when it cannot be made or another node has it
   */
  static DataDirectory open(Path path) throws IOException {
    FileChannel channel = openLock(path);
    if (lock(channel) == null) {
      channel.close();
      throw new IOException(
          "data-directory: " + path + " (expected: one that no running node uses)");
    }
    return new DataDirectory(path, channel);
  }

  private static FileChannel openLock(Path path) throws IOException {
    try {
      Files.createDirectories(path);
      return FileChannel.open(
          path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new IOException(
          "data-directory: "
              + path
              + " (expected: a directory that can be made and written), "
              + e.getClass().getSimpleName(),
          e);
    }
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  Path path() {
    return path;
  }

  /** The node's id, made on the first start and the same ever after. */
  UUID nodeId() throws IOException {
    Path file = path.resolve(NODE_ID);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      WholeFile.write(file, UUID.randomUUID() + "\n");
    }
    if (Files.isDirectory(file)) {
      throw new IOException(
          file + ": a directory (expected: a UUID; without it the node gets a new one)");
    }
    String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      String shown = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
      throw new IOException(
          file + ": \"" + shown + "\" (expected: a UUID; without the file the node gets a new one)",
          e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
