package dev.brink.mesh.folder;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** The files of a folder, within bounds, and never from outside it. */
final class ModuleFiles extends SimpleFileVisitor<Path> {
  static final int MAX_BYTES = 7 << 20;
  static final int MAX_FILES = 1000;

  private final Path shown;
  private final Path root;
  private final Map<String, byte[]> modules = new TreeMap<>();
  private int bytes;

  private ModuleFiles(Path shown, Path root) {
    this.shown = shown;
    this.root = root;
  }

  /**
   * @param shown the folder as messages name it
   * @param root the same, without symbolic links
   */
  static ModuleFiles in(Path shown, Path root) {
    return new ModuleFiles(shown, root);
  }

  Map<String, byte[]> read() throws IOException {
    Files.walkFileTree(root, this);
    return modules;
  }

  @Override
  public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
    return !folder.equals(root) && hidden(folder)
        ? FileVisitResult.SKIP_SUBTREE
        : FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Path path = root.relativize(file);
    if (hidden(file) || path.equals(Path.of(FunctionFolder.MANIFEST))) {
      return FileVisitResult.CONTINUE;
    }
    Path real = file.toRealPath();
    if (!real.startsWith(root)) {
      throw FunctionFolder.invalid(
          shown.resolve(path) + ": leads out of the folder (expected: files within it)");
    }
    if (!Files.isRegularFile(real)) {
      throw FunctionFolder.invalid(shown.resolve(path) + ": not a regular file");
    }
    add(path, real);
    return FileVisitResult.CONTINUE;
  }

  private void add(Path path, Path file) throws IOException {
    if (modules.size() == MAX_FILES) {
      throw FunctionFolder.invalid(shown + ": more than 1,000 files (expected: a bundle)");
    }
    byte[] content;
    try (InputStream in = Files.newInputStream(file)) {
      content = in.readNBytes(MAX_BYTES - bytes + 1);
    }
    bytes += content.length;
    if (bytes > MAX_BYTES) {
      throw FunctionFolder.invalid(shown + ": more than 7 MiB of files (expected: a bundle)");
    }
    modules.put(path.toString().replace('\\', '/'), content);
  }

  private static boolean hidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }
}
