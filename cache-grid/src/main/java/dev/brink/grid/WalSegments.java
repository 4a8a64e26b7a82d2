package dev.brink.grid;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIO;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIODecorator;
import org.apache.ignite.internal.processors.cache.persistence.file.FileIOFactory;
import org.apache.ignite.internal.processors.cache.persistence.file.RandomAccessFileIOFactory;
import org.apache.ignite.internal.processors.cache.persistence.wal.FileWriteAheadLogManager;

/**
 * Gives the segments of Ignite's write-ahead log their place on the disk before they are mapped.
 * Ignite maps a segment of 16 MiB of which nothing is on the disk yet. On a full disk a write to it
 * is then a fault of memory access: Ignite goes on behind the hole that it leaves, and a recovery
 * reads only up to there. With its place taken first, a full disk is an error in time.
 */
final class WalSegments implements FileIOFactory {
  private static final long serialVersionUID = 1;
  private static final int PAGE = 4096;
  private static final int STEP = 64 * PAGE;

  private final FileIOFactory files = new RandomAccessFileIOFactory();

  /**
   * Does so for the last segment that there is: Ignite maps it while it starts.
   *
   * @param directory of the log; may be missing
   * @throws IOException when there is no room, or the disk fails
   */
  static void completeLast(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Optional<Path> last;
    try (Stream<Path> all = Files.walk(directory, 2)) {
      last =
          all.filter(file -> file.getFileName().toString().endsWith(".wal"))
              .max(Comparator.comparing(file -> file.getFileName().toString()));
    }
    if (last.isPresent()) {
      complete(last.get(), Files.size(last.get()));
    }
  }

  /** Does so from now on for each segment that an Ignite node begins. */
  static void complete(Ignite ignite) {
    ((FileWriteAheadLogManager) ((IgniteEx) ignite).context().cache().context().wal())
        .setFileIOFactory(new WalSegments());
  }

  @Override
  public FileIO create(File file, OpenOption... modes) throws IOException {
    return new FileIODecorator(files.create(file, modes)) {
      @Override
      public MappedByteBuffer map(int bytes) throws IOException {
        complete(file.toPath(), bytes);
        return super.map(bytes);
      }
    };
  }

  /** Writes what is zero, or not there. */
  private static void complete(Path file, long bytes) throws IOException {
    ByteBuffer step = ByteBuffer.allocateDirect(STEP);
    ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      for (long at = 0; at < bytes; at += STEP) {
        int length = (int) Math.min(STEP, bytes - at);
        read(channel, step.clear().limit(length), at);
        for (int page = 0; page < length; page += PAGE) {
          int size = Math.min(PAGE, length - page);
          if (isZero(step, page, size)) {
            write(channel, zeros.clear().limit(size), at + page);
          }
        }
      }
    }
  }

  /** What is behind the end of the file is zero. */
  private static void read(FileChannel channel, ByteBuffer into, long at) throws IOException {
    while (into.hasRemaining() && channel.read(into, at + into.position()) >= 0) {
      // The position says how far it is.
    }
    while (into.hasRemaining()) {
      into.put((byte) 0);
    }
  }

  private static boolean isZero(ByteBuffer bytes, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (bytes.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private static void write(FileChannel channel, ByteBuffer from, long at) throws IOException {
    while (from.hasRemaining()) {
      channel.write(from, at + from.position());
    }
  }
}
