package dev.brink.exec.module;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.graalvm.polyglot.io.FileSystem;
import org.jspecify.annotations.Nullable;

/**
 * Read-only, in memory, rooted at {@code /}: it holds a bundle's modules, and what {@code node:}
 * imports stand for. What is not an ES module is read as one: CommonJS, texts and bytes.
 */
public final class BundleFileSystem implements FileSystem {
  private static final Path ROOT = Path.of("/");

  private final ModuleResolver resolver;
  private final ModuleText texts;

  private BundleFileSystem(Map<String, byte[]> modules) {
    this.resolver = new ModuleResolver(modules);
    this.texts = new ModuleText(modules, resolver);
  }

  /** Holds {@code modules}: sources by relative path. */
  public static BundleFileSystem of(Map<String, byte[]> modules) {
    var byPath = new HashMap<String, byte[]>();
    modules.forEach((path, source) -> byPath.put(absolute(Path.of(path)).toString(), source));
    return new BundleFileSystem(byPath);
  }

  /**
   * The text of a module that stands alone: a script that imports nothing, so that it matters to
   * nobody where it is. {@code null} for any other, and when it may not be one.
   */
  public @Nullable String alone(String path) {
    String file = absolute(Path.of(path)).toString();
    String found = resolver.resolve(file);
    return found == null || !found.equals(file) ? null : texts.alone(file);
  }

  @Override
  public Path parsePath(URI uri) {
    if ("node".equals(uri.getScheme())) {
      String name = uri.getSchemeSpecificPart();
      if (NodeModules.isPublic(name)) {
        return Path.of(NodeModules.alias(name));
      }
    }
    throw new IllegalArgumentException(notInBundle(uri.toString()));
  }

  @Override
  public Path parsePath(String path) {
    return Path.of(path);
  }

  @Override
  public void checkAccess(Path path, Set<? extends AccessMode> modes, LinkOption... linkOptions)
      throws IOException {
    if (modes.contains(AccessMode.WRITE) || modes.contains(AccessMode.EXECUTE)) {
      throw readOnly(path);
    }
    find(path);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attrs) throws IOException {
    return new BytesChannel(find(path));
  }

  @Override
  public Path toAbsolutePath(Path path) {
    return absolute(path);
  }

  @Override
  public Path toRealPath(Path path, LinkOption... linkOptions) throws IOException {
    return Path.of(resolved(path));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    byte[] source = find(path);
    return Map.of("isRegularFile", true, "isDirectory", false, "size", (long) source.length);
  }

  @Override
  public void createDirectory(Path dir, FileAttribute<?>... attrs) throws IOException {
    throw readOnly(dir);
  }

  @Override
  public void delete(Path path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path dir, DirectoryStream.Filter<? super Path> filter) throws IOException {
    throw readOnly(dir);
  }

  private byte[] find(Path path) throws IOException {
    return texts.read(resolved(path));
  }

  private String resolved(Path path) throws IOException {
    String absolute = absolute(path).toString();
    if (absolute.startsWith(NodeModules.ROOT)
        && NodeModules.has(absolute.substring(NodeModules.ROOT.length()))) {
      return absolute;
    }
    String plain = ModuleText.file(absolute);
    String found = resolver.resolve(plain);
    if (found == null) {
      throw new FileSystemException(notInBundle(plain));
    }
    return found + (plain.equals(absolute) ? ModuleText.kind(found) : ModuleText.kind(absolute));
  }

  private static Path absolute(Path path) {
    return ROOT.resolve(path).normalize();
  }

  private static FileSystemException readOnly(Path path) {
    return new FileSystemException(path + ": the bundle is read-only");
  }

  private static String notInBundle(String specifier) {
    return "module not found: "
        + specifier
        + " (expected: a path to a module of the bundle; packages have to be bundled)";
  }

  /** Reads from an array. */
  private static final class BytesChannel implements SeekableByteChannel {
    private final byte[] bytes;
    private ReadableByteChannel rest;
    private long position;
    private boolean open = true;

    BytesChannel(byte[] bytes) {
      this.bytes = bytes;
      this.rest = Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    @Override
    public int read(java.nio.ByteBuffer into) throws IOException {
      int read = rest.read(into);
      position += Math.max(0, read);
      return read;
    }

    @Override
    public int write(java.nio.ByteBuffer from) throws IOException {
      throw new IOException("the bundle is read-only");
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public SeekableByteChannel position(long to) {
      int from = (int) Math.min(bytes.length, to);
      rest = Channels.newChannel(new ByteArrayInputStream(bytes, from, bytes.length - from));
      position = to;
      return this;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public SeekableByteChannel truncate(long size) throws IOException {
      throw new IOException("the bundle is read-only");
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public void close() {
      open = false;
    }
  }
}
