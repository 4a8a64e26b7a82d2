package dev.brink.exec;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the engine do once, before a guest can, what it reads data or words an error for: a call site
 * that fails to be linked, as for want of stack, does not work for as long as the JVM lives. Once
 * in a JVM is enough, as all engines share its call sites. Thread-safe.
 */
final class FirstUses {
  private static final Logger log = LoggerFactory.getLogger(FirstUses.class);

  /** Of languages, places and dates. */
  static final FirstUses LOCALES = new FirstUses("localefirst");

  /** Of WebAssembly. */
  static final FirstUses WASM =
      new FirstUses("wasmfirst", (ProxyExecutable) arguments -> bytes(arguments[0]));

  private final String name;
  private final Object[] arguments;

  // Guarded by this.
  private boolean done;

  /**
   * For a source of the runtime's own, which is a function.
   *
   * @param arguments for that function
   */
  FirstUses(String name, Object... arguments) {
    this.name = name;
    this.arguments = arguments;
  }

  /**
   * Runs them unless they have run in this JVM, by this thread or another one, for which it waits.
   * What a runtime that ends leaves undone is for the next.
   *
   * @param ended whether the engine of these contexts is being ended, or has been
   */
  synchronized void runOnce(Supplier<GuestContext> contexts, BooleanSupplier ended) {
    if (!done) {
      done = run(contexts, ended);
    }
  }

  private boolean run(Supplier<GuestContext> contexts, BooleanSupplier ended) {
    Source source = GuestSource.of(name);
    try (GuestContext context = contexts.get()) {
      context.eval(source).executeVoid(arguments);
      return true;
    } catch (PolyglotException | IllegalStateException e) {
      boolean interrupted = e instanceof PolyglotException failure && failure.isInterrupted();
      if (interrupted || ended.getAsBoolean()) {
        log.debug("{}: the runtime has ended while it ran", name, e);
        return false;
      }
      // The engine lacks something, which then fails where it is used too.
      log.warn("{} did not run to its end: a function may break what it would use", name, e);
      return true;
    }
  }

  private static ByteBuffer bytes(Value list) {
    byte[] bytes = new byte[(int) list.getArraySize()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) list.getArrayElement(i).asInt();
    }
    return ByteBuffer.wrap(bytes);
  }
}
