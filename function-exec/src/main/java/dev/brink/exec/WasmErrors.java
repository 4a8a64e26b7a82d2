package dev.brink.exec;

import java.nio.ByteBuffer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the engine word each error of WebAssembly's interface once, before a guest can: a call site
 * that fails to be linked, as for want of stack, does not work for as long as the JVM lives.
 */
final class WasmErrors {
  private static final Logger log = LoggerFactory.getLogger(WasmErrors.class);
  private static final Source SOURCE = GuestSource.of("wasmfirst");

  /** Does so, in a context of its own. */
  static void link(Context.Builder contexts) {
    try (Context context = contexts.build()) {
      context.eval(SOURCE).executeVoid((ProxyExecutable) arguments -> bytes(arguments[0]));
    } catch (PolyglotException e) {
      log.warn("The errors of WebAssembly are not worded before they are used", e);
    }
  }

  private static ByteBuffer bytes(Value list) {
    byte[] bytes = new byte[(int) list.getArraySize()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) list.getArrayElement(i).asInt();
    }
    return ByteBuffer.wrap(bytes);
  }

  private WasmErrors() {}
}
