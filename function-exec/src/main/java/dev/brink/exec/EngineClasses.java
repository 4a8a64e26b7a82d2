package dev.brink.exec;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ConstantDescs;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Initializes the classes of the engine, and of what it calls here, before a guest can: a class
 * whose initialization fails is unusable for as long as the JVM lives, for all, and a guest that
 * has used up its stack could make it fail by being the first to need it.
 */
final class EngineClasses {
  private static final Logger log = LoggerFactory.getLogger(EngineClasses.class);

  /** One of each library. */
  private static final List<String> LIBRARIES =
      List.of(
          "com.oracle.truffle.api.Truffle",
          "com.oracle.truffle.runtime.OptimizedCallTarget",
          "com.oracle.truffle.regex.RegexLanguage",
          "com.oracle.truffle.js.lang.JavaScriptLanguage",
          "org.graalvm.collections.EconomicMap",
          "org.graalvm.polyglot.Engine",
          "org.graalvm.shadowed.com.ibm.icu.util.ULocale",
          "dev.brink.exec.FunctionRuntime");

  /** What the engine uses only where it is in modules of its own, and can elsewhere not be. */
  private static final String OTHERWISE = "com/oracle/truffle/polyglot/JDKSupport$DirectImpl";

  /** Only where a function uses WebAssembly. */
  private static final List<String> WASM_LIBRARIES = List.of("org.graalvm.wasm.WasmLanguage");

  /**
   * Of the JDK, what the first stack trace needs: after an overflow a guest may be who asks for it.
   * Without it nobody in the JVM gets one, and what fails can't even be logged.
   */
  private static final List<String> STACK_TRACES =
      List.of("java.lang.StackTraceElement$HashedModules");

  private static final AtomicBoolean BEGUN = new AtomicBoolean();
  private static final AtomicBoolean WASM_BEGUN = new AtomicBoolean();

  /** Does so, once in a JVM. Takes a second or more. */
  static void initialize() {
    if (BEGUN.compareAndSet(false, true)) {
      STACK_TRACES.forEach(name -> initialize(name, null));
      initialize(LIBRARIES);
    }
  }

  /** Does so with the classes of WebAssembly, once in a JVM. */
  static void initializeWasm() {
    if (WASM_BEGUN.compareAndSet(false, true)) {
      initialize(WASM_LIBRARIES);
    }
  }

  private static void initialize(List<String> libraries) {
    long start = System.nanoTime();
    long cpuStart = ThreadCpu.nanos();
    int done = 0;
    for (String library : libraries) {
      try {
        Class<?> one = Class.forName(library, false, EngineClasses.class.getClassLoader());
        for (String name : names(one)) {
          done += initialize(name, one.getClassLoader());
        }
      } catch (ClassNotFoundException | IOException | URISyntaxException | UncheckedIOException e) {
        log.warn("The classes beside {} are not initialized before they are used", library, e);
      }
    }
    log.info(
        "Initialized {} classes in {} ms, {} ms of processor time",
        done,
        (System.nanoTime() - start) / 1_000_000,
        (ThreadCpu.nanos() - cpuStart) / 1_000_000);
  }

  private static int initialize(String name, @Nullable ClassLoader loader) {
    try {
      Class.forName(name, true, loader);
      return 1;
    } catch (ClassNotFoundException | LinkageError | AssertionError | RuntimeException e) {
      // Some are for other machines, for what is not there, or not for JVMs with assertions.
      log.debug("{} cannot be initialized", name, e);
      return 0;
    }
  }

  private static List<String> names(Class<?> one) throws IOException, URISyntaxException {
    CodeSource source = one.getProtectionDomain().getCodeSource();
    if (source == null) {
      throw new IOException("no code source");
    }
    Path path = Path.of(source.getLocation().toURI());
    return Files.isDirectory(path) ? inFolder(path) : inArchive(path);
  }

  private static List<String> inFolder(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String name =
            folder.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
        if (isClass(name) && hasInitializer(Files.readAllBytes(file))) {
          names.add(className(name));
        }
      }
    }
    return names;
  }

  private static List<String> inArchive(Path archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (var zip = new ZipFile(archive.toFile())) {
      Enumeration<? extends ZipEntry> entries = zip.entries();
      while (entries.hasMoreElements()) {
        ZipEntry entry = entries.nextElement();
        if (isClass(entry.getName())) {
          try (InputStream in = zip.getInputStream(entry)) {
            if (hasInitializer(in.readAllBytes())) {
              names.add(className(entry.getName()));
            }
          }
        }
      }
    }
    return names;
  }

  private static boolean isClass(String file) {
    return file.endsWith(".class")
        && !file.startsWith("META-INF/")
        && !file.endsWith("-info.class")
        && !file.startsWith(OTHERWISE);
  }

  private static String className(String file) {
    return file.substring(0, file.length() - ".class".length()).replace('/', '.');
  }

  private static boolean hasInitializer(byte[] classFile) {
    try {
      return ClassFile.of().parse(classFile).methods().stream()
          .anyMatch(method -> method.methodName().equalsString(ConstantDescs.CLASS_INIT_NAME));
    } catch (IllegalArgumentException e) {
      // Of a kind that is not known here: to initialize one without an initializer does no harm.
      return true;
    }
  }

  private EngineClasses() {}
}
