package dev.brink.exec.encoding;

import org.jspecify.annotations.Nullable;

/**
 * Decodes a stream of bytes in one legacy encoding, as section 5 and those after 9 of the Encoding
 * Standard say. Not thread-safe.
 */
public abstract sealed class TextDecoding permits SingleByte, MultiByte {
  /**
   * A decoder for an encoding other than UTF-8 and UTF-16.
   *
   * @param name as {@link Encodings#nameOf} gives it
   */
  public static TextDecoding of(String name) {
    return switch (name) {
      case "gbk", "gb18030" -> new Gb18030();
      case "big5" -> new Big5();
      case "euc-jp" -> new EucJp();
      case "iso-2022-jp" -> new Iso2022Jp();
      case "shift_jis" -> new ShiftJis();
      case "euc-kr" -> new EucKr();
      default -> SingleByte.named(name);
    };
  }

  /**
   * Decodes the next bytes.
   *
   * @param last whether the stream ends with them; the decoder then starts anew
   * @param fatal whether malformed bytes are an error instead of becoming U+FFFD
   * @return {@code null} for an error
   */
  public abstract @Nullable String decode(byte[] bytes, boolean last, boolean fatal);
}
