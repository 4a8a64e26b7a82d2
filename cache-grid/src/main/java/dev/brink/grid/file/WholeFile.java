package dev.brink.grid.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes small files so that whatever happens meanwhile, a killed process or a machine that loses
 * its power, the file has its old content, whole, or its new one. One writer at a time of a file.
 */
public final class WholeFile {
  private static final Logger LOG = LoggerFactory.getLogger(WholeFile.class);

  /** Whether it was said already that directories can't be forced here. */
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /**
   * Makes or replaces the file.
   *
   * @throws IOException when that cannot be done; then the file is as it was
   */
  public static void write(Path file, ByteBuffer content) throws IOException {
    write(file, content, new FileAttribute<?>[0]);
  }

  /** As {@link #write(Path, ByteBuffer)}, in UTF-8. */
  public static void write(Path file, String content) throws IOException {
    write(file, StandardCharsets.UTF_8.encode(content));
  }

  /**
   * As {@link #write(Path, String)}; where files have an owner and permissions, only the owner may
   * read it, from its beginning on.
   */
  public static void writeSecret(Path file, String content) throws IOException {
    FileAttribute<?>[] mode =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    write(file, StandardCharsets.UTF_8.encode(content), mode);
  }

  private static void write(Path file, ByteBuffer content, FileAttribute<?>[] attributes)
      throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    // One that was left behind may have other permissions.
    Files.deleteIfExists(fresh);
    try {
      fill(fresh, content, attributes);
      replace(file, fresh);
    } catch (IOException e) {
      Files.deleteIfExists(fresh);
      throw e;
    }
  }

  /**
   * Has another file of the same directory take the file's place.
   *
   * @param fresh whole, and forced to the disk
   * @throws IOException when that cannot be done; then both are as they were
   */
  public static void replace(Path file, Path fresh) throws IOException {
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(file.toAbsolutePath().resolveSibling("."));
  }

  private static void fill(Path fresh, ByteBuffer content, FileAttribute<?>[] attributes)
      throws IOException {
    Set<StandardOpenOption> options =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel out = FileChannel.open(fresh, options, attributes)) {
      while (content.hasRemaining()) {
        out.write(content);
      }
      out.force(true);
    }
  }

  /** Else the old file, whole, may be back after the machine lost its power. */
  private static void forceDirectory(Path directory) {
    try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
      opened.force(true);
    } catch (AccessDeniedException e) {
      LOG.debug("{}: directories can't be opened on this system", directory, e);
    } catch (IOException e) {
      if (WARNED.compareAndSet(false, true)) {
        LOG.warn("{}: can't be forced, a power loss may undo writes: {}", directory, e.toString());
      } else {
        LOG.debug("{}: can't be forced", directory, e);
      }
    }
  }

  private WholeFile() {}
}
