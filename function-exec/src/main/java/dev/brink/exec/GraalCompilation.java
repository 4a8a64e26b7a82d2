package dev.brink.exec;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the JVM compiles the compiler of JavaScript, which is Java itself. Left alone the JVM takes
 * its best compiler, C2, to some thousand methods of it, and that takes longer than the JavaScript
 * it is for; here it makes do with C1, as HotSpot does itself where the same compiler replaces C2
 * (quick-internal in its {@code CompilationModeFlag}). JavaScript is at its full speed in half of
 * the time then, and what is compiled is the same. The setting is of the whole JVM, once; {@code
 * -Dbrink.compiler.c2=true} leaves it alone.
 */
final class GraalCompilation {
  private static final Logger log = LoggerFactory.getLogger(GraalCompilation.class);
  private static final String LEFT_ALONE = "brink.compiler.c2";

  private static final String DIRECTIVES =
      """
      [ { match: ["jdk/graal/compiler/*.*", "org/graalvm/collections/*.*", "jdk/vm/ci/*.*"],
          c2: { Exclude: true } } ]
      """;

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private GraalCompilation() {}

  /** Sees to it in the background, the first time. */
  static void beQuick() {
    if (!Boolean.getBoolean(LEFT_ALONE) && BEGUN.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("brink-compiler-directives").start(GraalCompilation::add);
    }
  }

  private static void add() {
    try {
      Path file = Files.createTempFile("brink-directives-", ".json");
      try {
        Files.writeString(file, DIRECTIVES);
        log.debug("{}", add(file).strip());
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException | JMException | RuntimeException e) {
      log.info(
          "JavaScript gets fast later: this JVM takes no compiler directives: {}", e.toString());
    }
  }

  private static String add(Path file) throws JMException {
    Object[] arguments = {new String[] {'"' + file.toString() + '"'}};
    String[] types = {String[].class.getName()};
    return String.valueOf(
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "compilerDirectivesAdd",
                arguments,
                types));
  }
}
