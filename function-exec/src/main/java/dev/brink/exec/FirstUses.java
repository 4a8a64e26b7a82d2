package dev.brink.exec;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the engine do once, before a guest can, what it reads data or words an error for: a call site
 * that fails to be linked, as for want of stack, does not work for as long as the JVM lives.
 */
final class FirstUses {
  private static final Logger log = LoggerFactory.getLogger(FirstUses.class);

  private static final AtomicBoolean LOCALES = new AtomicBoolean();

  /** Of languages, places and dates, once in a JVM. */
  static void ofLocales(Supplier<GuestContext> contexts) {
    if (LOCALES.compareAndSet(false, true)) {
      use(contexts, "localefirst");
    }
  }

  /** Of WebAssembly. */
  static void ofWasm(Supplier<GuestContext> contexts) {
    use(contexts, "wasmfirst", (ProxyExecutable) arguments -> bytes(arguments[0]));
  }

  private static void use(Supplier<GuestContext> contexts, String name, Object... arguments) {
    Source source = GuestSource.of(name);
    try (GuestContext context = contexts.get()) {
      context.eval(source).executeVoid(arguments);
    } catch (PolyglotException | IllegalStateException e) {
      // The engine has ended, or lacks something: then it fails where it is used.
      log.debug("{} was not run to its end", name, e);
    }
  }

  private static ByteBuffer bytes(Value list) {
    byte[] bytes = new byte[(int) list.getArraySize()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) list.getArrayElement(i).asInt();
    }
    return ByteBuffer.wrap(bytes);
  }

  private FirstUses() {}
}
