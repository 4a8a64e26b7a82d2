package dev.brink.exec.zip;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The native library for Brotli (RFC 7932), loaded when it is first asked for. */
final class Brotli {
  private static final Logger log = LoggerFactory.getLogger(Brotli.class);

  private Brotli() {}

  /** Whether there is a library for this system. */
  static boolean available() {
    return Loaded.YES;
  }

  private static final class Loaded {
    static final boolean YES = load();

    /** Loads it from a file that is gone afterwards, also when the process is killed later. */
    private static boolean load() {
      String property = "brotli4j.library.path";
      if (System.getProperty(property) != null) {
        return Brotli4jLoader.isAvailable();
      }
      try {
        Path copy = Files.createTempFile("brink-brotli", null);
        try {
          if (extract(copy)) {
            System.setProperty(property, copy.toString());
          }
          if (!Brotli4jLoader.isAvailable()) {
            log.info("No brotli here", Brotli4jLoader.getUnavailabilityCause());
          }
          return Brotli4jLoader.isAvailable();
        } finally {
          System.clearProperty(property);
          delete(copy);
        }
      } catch (IOException e) {
        log.warn("No brotli: its library can't be written to a temporary file", e);
        return false;
      }
    }

    /** Copies the library for this system; false where the class path has none. */
    private static boolean extract(Path to) throws IOException {
      String name = "/lib/" + platform() + "/" + System.mapLibraryName("brotli");
      try (InputStream in = Brotli4jLoader.class.getResourceAsStream(name)) {
        if (in == null) {
          return false;
        }
        Files.copy(in, to, StandardCopyOption.REPLACE_EXISTING);
        return true;
      }
    }

    private static String platform() {
      String os = System.getProperty("os.name", "");
      String arch = System.getProperty("os.arch", "").replace("amd64", "x86_64");
      if (os.startsWith("Mac")) {
        return "osx-" + arch;
      }
      return (os.startsWith("Windows") ? "windows-" : "linux-") + arch;
    }

    private static void delete(Path copy) {
      try {
        Files.delete(copy);
      } catch (IOException e) {
        // On Windows, as long as it is loaded.
        log.debug("Deleting {}", copy, e);
        copy.toFile().deleteOnExit();
      }
    }
  }
}
