package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.FunctionException.SourcePosition;
import dev.brink.exec.module.BundleFileSystem;
import dev.brink.exec.module.ClassPathPackages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * Takes the types out of TypeScript, so that what is left keeps its lines: by the package <a
 * href="https://github.com/alangpierce/sucrase">sucrase</a>, which runs in a context of its own
 * that sees nothing but the sources. Types are not checked.
 */
final class TypeScript {
  private static final Duration MAX_CPU = Duration.ofSeconds(30);

  /** Where the machine is so busy that it has not had its processor time by then. */
  private static final Duration MAX_WALL = Duration.ofMinutes(5);

  private static final String STATIC = "/META-INF/resources/_static/";
  private static final Map<String, String> PACKAGES =
      Map.of(
          "sucrase", STATIC + "sucrase/3.35.1",
          "lines-and-columns", STATIC + "lines-and-columns/1.2.4",
          "ts-interface-checker", STATIC + "ts-interface-checker/0.1.13",
          "@jridgewell/gen-mapping", STATIC + "gen-mapping/0.3.13",
          "@jridgewell/trace-mapping", STATIC + "trace-mapping/0.3.31",
          "@jridgewell/resolve-uri", STATIC + "resolve-uri/3.1.2",
          "@jridgewell/sourcemap-codec", STATIC + "sourcemap-codec/1.5.5");
  private static final String ENTRY = "module/typescript.js";
  private static final Pattern FAILURE =
      Pattern.compile(
          "(?s)^(?:\\w*Error: )?Error transforming [^:]*: (.*?) ?\\((\\d+):(\\d+)\\).*$");

  private final GuestContexts contexts;
  private final Duration maxCpu;

  TypeScript(GuestContexts contexts) {
    this(contexts, MAX_CPU);
  }

  /**
   * @param maxCpu how much processor time all files of a function may take
   */
  TypeScript(GuestContexts contexts, Duration maxCpu) {
    this.contexts = contexts;
    this.maxCpu = maxCpu;
  }

  /** Whether there is something to do. */
  static boolean isIn(Map<String, byte[]> modules) {
    return modules.keySet().stream().anyMatch(TypeScript::isTyped);
  }

  private static boolean isTyped(String path) {
    return (path.endsWith(".ts") || path.endsWith(".mts")) && !path.endsWith(".d.ts");
  }

  /**
   * The modules with JavaScript in the files that had TypeScript. Takes a while: not on a lane.
   *
   * @throws FunctionException of code {@code MODULE_ERROR} when a file is not TypeScript, or has
   *     something with a meaning at run time that is more than types
   */
  Map<String, byte[]> strip(Map<String, byte[]> modules) {
    var stripped = new HashMap<>(modules);
    try (GuestContext context = contexts.aside(BundleFileSystem.of(packages()));
        var _ = new Allowance(context, maxCpu)) {
      Value transform = context.eval(entry()).getMember("default");
      modules.forEach(
          (path, source) -> {
            if (isTyped(path)) {
              stripped.put(path, strip(transform, path, source));
            }
          });
    } catch (PolyglotException e) {
      throw FunctionException.passing(Code.MODULE_ERROR, "the TypeScript takes too long to read");
    }
    return stripped;
  }

  /** Looks each second at what the thread that made it has used, and ends its guest. */
  private static final class Allowance implements AutoCloseable {
    private static final Executor IN_A_SECOND =
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS);

    private final Thread thread = Thread.currentThread();
    private final long untilNanos = System.nanoTime() + MAX_WALL.toNanos();
    private final GuestContext context;
    private final long untilCpuNanos;
    private volatile boolean over;

    Allowance(GuestContext context, Duration cpu) {
      this.context = context;
      this.untilCpuNanos = ThreadCpu.nanos() + cpu.toNanos();
      IN_A_SECOND.execute(this::look);
    }

    private void look() {
      if (over) {
        return;
      }
      if (ThreadCpu.nanos(thread) > untilCpuNanos || System.nanoTime() - untilNanos > 0) {
        context.stop();
      } else {
        IN_A_SECOND.execute(this::look);
      }
    }

    @Override
    public void close() {
      over = true;
    }
  }

  private static byte[] strip(Value transform, String path, byte[] source) {
    String code = new String(source, StandardCharsets.UTF_8);
    try {
      return transform.execute(path, code).asString().getBytes(StandardCharsets.UTF_8);
    } catch (PolyglotException e) {
      if (e.isCancelled()) {
        throw e;
      }
      String message = String.valueOf(e.getMessage());
      Matcher failure = FAILURE.matcher(message);
      if (!failure.matches()) {
        throw new FunctionException(Code.MODULE_ERROR, path + ": " + message, null);
      }
      var position =
          new SourcePosition(
              path, Integer.parseInt(failure.group(2)), Integer.parseInt(failure.group(3)));
      throw new FunctionException(Code.MODULE_ERROR, failure.group(1), position);
    }
  }

  private static Map<String, byte[]> packages() {
    try {
      var files = new HashMap<>(ClassPathPackages.read(PACKAGES));
      try (InputStream in = TypeScript.class.getResourceAsStream(ENTRY)) {
        files.put("strip.js", Objects.requireNonNull(in, ENTRY).readAllBytes());
      }
      return files;
    } catch (IOException e) {
      throw new FunctionException(Code.MODULE_ERROR, "TypeScript is not supported here", null);
    }
  }

  private static Source entry() {
    return Source.newBuilder("js", "export { default } from '/strip.js';", "brink:strip")
        .mimeType("application/javascript+module")
        .buildLiteral();
  }
}
