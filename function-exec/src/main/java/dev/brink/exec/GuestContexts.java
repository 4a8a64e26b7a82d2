package dev.brink.exec;

import dev.brink.exec.engine.EngineJson;
import dev.brink.exec.module.BundleFileSystem;
import java.io.OutputStream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.io.IOAccess;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the engine and contexts in which nothing of the host can be reached.
 *
 * <p>An engine that is closed while a context of it begins, or loads a module, locks up. Lanes have
 * ended by then; other threads use contexts {@linkplain #aside aside}, which are stopped first.
 */
final class GuestContexts {
  private static final Logger log = LoggerFactory.getLogger(GuestContexts.class);
  private static final int MAX_STRING_CHARS = 64 << 20;
  private static final int MAX_TYPED_ARRAY_BYTES = 128 << 20;
  private static final HostAccess EXPORTED_ONLY =
      HostAccess.newBuilder(HostAccess.EXPLICIT).allowBufferAccess(true).build();

  /** Whether the log knows if there is a compiler. */
  private static final AtomicBoolean SAID = new AtomicBoolean();

  /** All that JavaScript asks of WebAssembly; guests themselves have no way to ask. */
  private static final PolyglotAccess WITH_WASM =
      PolyglotAccess.newBuilder()
          .allowEvalBetween("js", "wasm")
          .allowBindingsAccess("js")
          .allowBindingsAccess("wasm")
          .build();

  private final Engine engine = engine("js");

  private final EngineJson json = new EngineJson();

  /** An engine of its own: what WebAssembly costs, other functions do not pay. */
  private volatile @Nullable Engine wasmEngine;

  private volatile boolean ended;

  private final OpenContexts open;

  GuestContexts() {
    this(Context::close);
  }

  /**
   * @param closer what ends a context
   */
  GuestContexts(GuestContext.Closer closer) {
    this.open = new OpenContexts(closer);
    boolean compiled = !engine.getImplementationName().contains("Interpreted");
    if (compiled) {
      GraalCompilation.beQuick();
    }
    if (!SAID.compareAndSet(false, true)) {
      return;
    }
    if (compiled) {
      log.info("JavaScript is compiled by {}", engine.getImplementationName());
    } else {
      log.warn(
          "JavaScript runs interpreted, 3 to 5 times slower: start the JVM with the GraalVM"
              + " compiler on --upgrade-module-path and -XX:+EnableJVMCI");
    }
  }

  private static Engine engine(String... languages) {
    return Engine.newBuilder(languages)
        .allowExperimentalOptions(true)
        .option("engine.WarnInterpreterOnly", "false")
        .option("js.ecmascript-version", "staging")
        .option("js.global-arguments", "false")
        .option("js.load", "false")
        .option("js.print", "false")
        .option("js.console", "false")
        .option("js.graal-builtin", "true")
        .option("js.unhandled-rejections", "handler")
        .option("js.polyglot-builtin", "false")
        .option("js.polyglot-evalfile", "false")
        .option("js.java-package-globals", "false")
        .option("js.shared-array-buffer", "false")
        .option("js.atomics", "false")
        .option("js.performance", "false")
        .option("js.stack-trace-api", "true")
        .option("js.text-encoding", "true")
        .option("js.async-context", "true")
        .option("js.esm-eval-returns-exports", "true")
        .option("js.json-modules", "true")
        .option("js.import-attributes", "true")
        .option("js.string-length-limit", Integer.toString(MAX_STRING_CHARS))
        .option("js.max-typed-array-length", Integer.toString(MAX_TYPED_ARRAY_BYTES))
        .out(OutputStream.nullOutputStream())
        .err(OutputStream.nullOutputStream())
        .build();
  }

  /** Has the engine do what guests had better not be the first to do; takes a second or more. */
  void useFirst() {
    EngineClasses.initialize();
    FirstUses.LOCALES.runOnce(() -> aside(BundleFileSystem.of(Map.of())), this::ended);
  }

  /** Whether contexts with WebAssembly can be had at once. */
  boolean hasWasm() {
    return wasmEngine != null;
  }

  /**
   * Makes what contexts with WebAssembly need; takes about a second the first time.
   *
   * @throws IllegalStateException when the engines have ended
   */
  synchronized Engine startWasm() {
    Engine there = wasmEngine;
    if (there == null) {
      if (ended) {
        throw haveEnded();
      }
      there = engine("js", "wasm");
      // Before it can be had: no guest uses any of it first.
      EngineClasses.initializeWasm();
      Context.Builder first = withWasm(there).allowHostAccess(EXPORTED_ONLY);
      FirstUses.WASM.runOnce(() -> new GuestContext(first.build(), json, open::close), this::ended);
      wasmEngine = there;
      // Once it can be seen by whoever sets this. Not sooner, and by nobody else: an engine that is
      // closed while a context of it begins locks up.
      if (ended) {
        there.close(true);
        throw haveEnded();
      }
    }
    return there;
  }

  private static IllegalStateException haveEnded() {
    return new IllegalStateException("the engines have ended");
  }

  /** Whether the engines are being ended, or have been. */
  boolean ended() {
    return ended;
  }

  private static Context.Builder withWasm(Engine engine) {
    return Context.newBuilder("js", "wasm")
        .engine(engine)
        .option("js.webassembly", "true")
        .allowPolyglotAccess(WITH_WASM);
  }

  /**
   * One for a lane.
   *
   * @param wasm whether {@code WebAssembly} is there
   */
  GuestContext context(BundleFileSystem modules, boolean eval, boolean wasm) {
    return new GuestContext(build(modules, eval, wasm), json, open::close);
  }

  /**
   * One for a thread that is no lane's, which closes it, whatever comes of it: the engine does not
   * end before that. It is stopped when the engines end.
   *
   * @throws IllegalStateException when the engines have ended
   */
  GuestContext aside(BundleFileSystem modules) {
    Context made =
        open.openAside(
            () -> {
              // Counted by now: those who end the engines look at that once these have ended.
              if (ended) {
                throw haveEnded();
              }
              return build(modules, false, false);
            });
    return new GuestContext(made, json, open::closeAside);
  }

  private Context build(BundleFileSystem modules, boolean eval, boolean wasm) {
    Context.Builder builder =
        wasm
            ? withWasm(startWasm())
            : Context.newBuilder("js").engine(engine).allowPolyglotAccess(PolyglotAccess.NONE);
    return builder
        .option("js.allow-eval", Boolean.toString(eval))
        .allowHostAccess(EXPORTED_ONLY)
        .allowEnvironmentAccess(EnvironmentAccess.NONE)
        .allowCreateProcess(false)
        .allowCreateThread(false)
        .allowNativeAccess(false)
        .allowIO(IOAccess.newBuilder().fileSystem(modules).build())
        .timeZone(ZoneOffset.UTC)
        .build();
  }

  /**
   * Ends every context, those aside first. No guest may run on a lane any more: it could lock up.
   * An engine that could not end keeps the process from ending: then it is left as it is.
   *
   * @param patience for how long to wait for contexts aside, and those that are being closed
   * @return whether the engines have ended
   */
  boolean close(Duration patience) {
    // Before what fails for it, starts another engine or makes a context aside looks at this.
    ended = true;
    if (!open.end(patience)) {
      return false;
    }
    engine.close(true);
    Engine second = wasmEngine;
    if (second != null) {
      second.close(true);
    }
    return true;
  }
}
