package dev.brink.exec;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Small WebAssembly modules, in their binary form. */
final class WasmModule {
  private static final int I32 = 0x7f;

  /** Exports {@code add}, of two i32, and {@code div}. */
  static byte[] arithmetic() {
    return module(
        section(1, 1, 0x60, 2, I32, I32, 1, I32),
        section(3, 2, 0, 0),
        section(7, concat(of(2), name("add"), of(0, 0), name("div"), of(0, 1))),
        section(10, concat(of(2), body(0x20, 0, 0x20, 1, 0x6a), body(0x20, 0, 0x20, 1, 0x6d))));
  }

  /** Exports {@code spin}, which never ends, and {@code dive}, which calls itself. */
  static byte[] endless() {
    return module(
        section(1, 1, 0x60, 0, 0),
        section(3, 2, 0, 0),
        section(7, concat(of(2), name("spin"), of(0, 0), name("dive"), of(0, 1))),
        section(10, concat(of(2), body(0x03, 0x40, 0x0c, 0, 0x0b), body(0x10, 1))));
  }

  /**
   * Exports its memory as {@code memory}, and {@code grow}, by pages.
   *
   * @param limits its memory's, as in the binary
   */
  static byte[] memory(int... limits) {
    return module(
        section(1, 1, 0x60, 1, I32, 1, I32),
        section(3, 1, 0),
        section(5, concat(of(1), of(limits))),
        section(7, concat(of(2), name("memory"), of(2, 0), name("grow"), of(0, 0))),
        section(10, concat(of(1), body(0x20, 0, 0x40, 0))));
  }

  /** Imports {@code env.log}, of an i32, and exports {@code run}, which calls it with 42. */
  static byte[] importing() {
    return module(
        section(1, 2, 0x60, 1, I32, 0, 0x60, 0, 0),
        section(2, concat(of(1), name("env"), name("log"), of(0, 0))),
        section(3, 1, 1),
        section(7, concat(of(1), name("run"), of(0, 1))),
        section(10, concat(of(1), body(0x41, 42, 0x10, 0))));
  }

  /** As an expression of JavaScript. */
  static String script(byte[] module) {
    return "new Uint8Array(" + Arrays.toString(module) + ")";
  }

  private static byte[] module(byte[]... sections) {
    return concat(of(0, 'a', 's', 'm', 1, 0, 0, 0), concat(sections));
  }

  private static byte[] section(int id, int... content) {
    return section(id, of(content));
  }

  private static byte[] section(int id, byte[] content) {
    return concat(of(id, content.length), content);
  }

  private static byte[] body(int... code) {
    return concat(of(code.length + 2, 0), of(code), of(0x0b));
  }

  private static byte[] name(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return concat(of(bytes.length), bytes);
  }

  private static byte[] of(int... bytes) {
    byte[] out = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = (byte) bytes[i];
    }
    return out;
  }

  private static byte[] concat(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private WasmModule() {}
}
