package dev.brink.exec;

import dev.brink.exec.FunctionException.SourcePosition;
import dev.brink.exec.module.BundleFileSystem;
import dev.brink.exec.sourcemap.SourceMaps;
import dev.brink.exec.wasm.WasmBinary;
import java.util.Map;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * What is made of a function's modules, once, for all of its instances. Thread-safe.
 *
 * @param entry what is evaluated in a new context
 * @param alone whether that is the main module itself, which imports nothing
 * @param wasm whether it uses WebAssembly
 */
record FunctionCode(
    BundleFileSystem files,
    Source entry,
    boolean alone,
    boolean wasm,
    Redaction redaction,
    SourceMaps maps) {

  /**
   * Of a bundle.
   *
   * @param modules the bundle's, without types
   */
  static FunctionCode of(FunctionBundle bundle, Map<String, byte[]> modules) {
    BundleFileSystem files = BundleFileSystem.of(modules);
    String main = bundle.main();
    String alone = files.alone(main);
    return new FunctionCode(
        files,
        alone == null ? GuestSource.entry(main) : GuestSource.alone(main, alone),
        alone != null,
        WasmBinary.isIn(modules),
        new Redaction(bundle.secrets().values()),
        new SourceMaps(modules));
  }

  /**
   * The main module's namespace in a new context. A module that stands alone is one source in all
   * of them; any other is reached by one that imports it, and read as a file.
   */
  Value main(GuestContext context) {
    Value evaluated = context.eval(entry);
    return alone ? evaluated : evaluated.getMember("main");
  }

  /** A text of the function as people may see it: without secrets, and with its sources' lines. */
  String shown(String text) {
    return redaction.hide(maps.translate(text));
  }

  /** A failure as people may see it. */
  FunctionException shown(FunctionException failure) {
    SourcePosition at = failure.position();
    SourceMaps.Original original =
        at == null ? null : maps.find(at.module(), at.line(), at.column());
    SourcePosition position =
        original == null
            ? at
            : new SourcePosition(original.source(), original.line(), original.column());
    String message = String.valueOf(failure.getMessage());
    return new FunctionException(failure.code(), redaction.hide(message), position);
  }
}
