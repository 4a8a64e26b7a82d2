package dev.brink.grid;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a store that failed may be started again as far as its disk goes: where little is free,
 * it would fail again, over and over. Says once that there is none, and once that there is. For one
 * thread, but for {@link #isWaitedFor}.
 */
final class DiskRoom {
  private static final Logger log = LoggerFactory.getLogger(DiskRoom.class);
  private static final long MIB = 1 << 20;

  /** How much is free. */
  @FunctionalInterface
  interface Free {
    long bytes() throws IOException;
  }

  private final Path directory;
  private final long wanted;
  private final Free free;
  private volatile boolean wanting;

  DiskRoom(Path directory, long wanted) {
    this(directory, wanted, () -> Files.getFileStore(directory).getUsableSpace());
  }

  DiskRoom(Path directory, long wanted, Free free) {
    this.directory = directory;
    this.wanted = wanted;
    this.free = free;
  }

  /** The store has failed, for whatever reason: from now on it waits if there is no room. */
  void failed() {
    long bytes = bytes();
    if (!wanting && bytes < wanted) {
      wanting = true;
      log.error(
          "the disk of {} is full: {} MiB are free (expected: {} MiB at least); the durable store"
              + " refuses calls until there is room",
          directory,
          bytes / MIB,
          wanted / MIB);
    }
  }

  /** Whether to start it now. */
  boolean suffices() {
    if (wanting && bytes() >= wanted) {
      wanting = false;
      log.info("the disk of {} has room again: the durable store is started", directory);
    }
    return !wanting;
  }

  /** Whether the store is not started for want of room. Any thread. */
  boolean isWaitedFor() {
    return wanting;
  }

  /** What cannot be said is taken to be enough: the start tells. */
  private long bytes() {
    try {
      return free.bytes();
    } catch (IOException e) {
      log.debug("the room of {} is not known", directory, e);
      return Long.MAX_VALUE;
    }
  }
}
