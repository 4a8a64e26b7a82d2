package dev.brink.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.graalvm.polyglot.Source;
import org.jspecify.annotations.Nullable;

/** The runtime's own JavaScript, parsed once per engine because each source is one object. */
final class GuestSource {
  private static final Map<String, Source> SOURCES = new ConcurrentHashMap<>();

  /** The source {@code NAME.js} beside this class. */
  static Source of(String name) {
    return SOURCES.computeIfAbsent(name, GuestSource::read);
  }

  /** A module whose namespace holds the namespace of the bundle's main module as {@code main}. */
  static Source entry(String mainPath) {
    String quoted = mainPath.replace("\\", "\\\\").replace("\"", "\\\"");
    return Source.newBuilder("js", "export * as main from \"/" + quoted + "\";", "brink:entry")
        .mimeType("application/javascript+module")
        .buildLiteral();
  }

  /** A module that stands alone. Its namespace is what it exports. */
  static Source alone(String mainPath, String text) {
    return Source.newBuilder("js", text, "/" + mainPath)
        .mimeType("application/javascript+module")
        .buildLiteral();
  }

  /** Whether a source with this name is the runtime's own. */
  static boolean internal(String name) {
    return name.startsWith("brink:");
  }

  private static Source read(String name) {
    try (@Nullable InputStream in = GuestSource.class.getResourceAsStream(name + ".js")) {
      if (in == null) {
        throw new IllegalArgumentException(
            "name: " + name + " (expected: a source of the runtime)");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Source.newBuilder("js", text, "brink:" + name).internal(true).buildLiteral();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private GuestSource() {}
}
