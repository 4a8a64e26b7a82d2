package dev.brink.exec.wasm;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A WebAssembly module in its binary form, as far as its size in memory is concerned: see section
 * 5.5 of the WebAssembly Specification. What is not well formed is left for the engine to judge.
 */
public final class WasmBinary {
  /** A page of a memory. */
  public static final int PAGE_BYTES = 1 << 16;

  private static final byte[] NAME = "WebAssembly".getBytes(StandardCharsets.UTF_8);
  private static final int HEADER_BYTES = 8;
  private static final int MEMORY_SECTION = 5;
  private static final int HAS_MAXIMUM = 1;
  private static final int MAX_NUMBER_BITS = 35;

  private final byte[] bytes;
  private int at = HEADER_BYTES;

  private WasmBinary(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Whether a bundle has modules of this kind, or scripts that name the interface to them. */
  public static boolean isIn(Map<String, byte[]> files) {
    return files.entrySet().stream()
        .anyMatch(file -> file.getKey().endsWith(".wasm") || names(file.getValue()));
  }

  private static boolean names(byte[] text) {
    for (int from = 0; from <= text.length - NAME.length; from++) {
      if (text[from] == NAME[0]
          && Arrays.equals(text, from, from + NAME.length, NAME, 0, NAME.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The module with its memories unable to grow over a limit.
   *
   * @param maxPages how large one memory may become
   * @return {@code null} when a memory is larger than that from the start
   */
  public static byte @Nullable [] limited(byte[] module, long maxPages) {
    try {
      return new WasmBinary(module).limited(maxPages);
    } catch (ArrayIndexOutOfBoundsException e) {
      return module;
    }
  }

  private byte @Nullable [] limited(long maxPages) {
    while (at < bytes.length) {
      int start = at;
      int id = bytes[at++];
      long end = number() + at;
      if (id == MEMORY_SECTION) {
        byte[] content = memories(maxPages);
        return content == null ? null : withSection(start, end, content);
      }
      if (end > bytes.length) {
        break;
      }
      at = (int) end;
    }
    return bytes;
  }

  private byte @Nullable [] memories(long maxPages) {
    var content = new ByteArrayOutputStream();
    long count = number();
    write(content, count);
    for (long i = 0; i < count; i++) {
      int flags = bytes[at++];
      long least = number();
      long most = (flags & HAS_MAXIMUM) == 0 ? maxPages : number();
      if (least > maxPages) {
        return null;
      }
      content.write(flags | HAS_MAXIMUM);
      write(content, least);
      write(content, Math.min(most, maxPages));
    }
    return content.toByteArray();
  }

  private byte[] withSection(int start, long after, byte[] content) {
    if (after > bytes.length) {
      return bytes;
    }
    int end = (int) after;
    var out = new ByteArrayOutputStream(bytes.length + content.length);
    out.write(bytes, 0, start);
    out.write(MEMORY_SECTION);
    write(out, content.length);
    out.writeBytes(content);
    out.write(bytes, end, bytes.length - end);
    return out.toByteArray();
  }

  /** An unsigned LEB128 number of 32 bits. */
  private long number() {
    long value = 0;
    for (int shift = 0; shift < MAX_NUMBER_BITS; shift += 7) {
      int part = bytes[at++];
      value |= (long) (part & 0x7f) << shift;
      if (part >= 0) {
        break;
      }
    }
    return value;
  }

  private static void write(ByteArrayOutputStream out, long number) {
    long rest = number;
    while (rest > 0x7f) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    out.write((int) rest);
  }
}
