package dev.brink.exec.encoding;

import java.nio.charset.Charset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** An encoding whose upper 128 bytes are one character each, or none. */
final class SingleByte extends TextDecoding {
  private static final char NONE = '\uFFFD';
  private static final Map<String, char[]> TABLES = new ConcurrentHashMap<>();

  /** What the JDK calls by another name. */
  private static final Map<String, String> JDK_NAMES =
      Map.of(
          "iso-8859-8-i", "ISO-8859-8",
          "macintosh", "x-MacRoman",
          "windows-874", "x-windows-874",
          "x-mac-cyrillic", "x-MacUkraine");

  /** The upper 96 characters of what the JDK does not have. */
  private static final Map<String, String> OWN =
      Map.of(
          "iso-8859-10",
          "\u00A0ĄĒĢĪĨĶ§ĻĐŠŦŽ\u00ADŪŊ°ąēģīĩķ·ļđšŧž―ūŋ"
              + "ĀÁÂÃÄÅÆĮČÉĘËĖÍÎÏÐŅŌÓÔÕÖŨØŲÚÛÜÝÞßāáâãäåæįčéęëėíîïðņōóôõöũøųúûüýþĸ",
          "iso-8859-14",
          "\u00A0Ḃḃ£ĊċḊ§Ẁ©ẂḋỲ\u00AD®ŸḞḟĠġṀṁ¶ṖẁṗẃṠỳẄẅṡ"
              + "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏŴÑÒÓÔÕÖṪØÙÚÛÜÝŶßàáâãäåæçèéêëìíîïŵñòóôõöṫøùúûüýŷÿ");

  /** Where the standard and the JDK differ: encoding, byte, character. */
  private static final Map<String, Map<Integer, Character>> PATCHES =
      Map.of(
          "koi8-u", Map.of(0xAE, '\u045E', 0xBE, '\u040E'),
          "macintosh", Map.of(0xDB, '\u20AC', 0xF0, '\uF8FF'),
          "windows-1255", Map.of(0xCA, '\u05BA'),
          "x-mac-cyrillic", Map.of(0xFF, '\u20AC'));

  private final char[] table;

  private SingleByte(char[] table) {
    this.table = table;
  }

  static SingleByte named(String name) {
    return new SingleByte(TABLES.computeIfAbsent(name, SingleByte::table));
  }

  private static char[] table(String name) {
    var table = new char[128];
    String own = OWN.get(name);
    for (int i = 0; i < 128; i++) {
      if (name.equals("x-user-defined")) {
        table[i] = (char) (0xF780 + i);
      } else if (own != null) {
        table[i] = i < 32 ? (char) (0x80 + i) : own.charAt(i - 32);
      } else {
        table[i] = jdk(name, i);
      }
    }
    PATCHES.getOrDefault(name, Map.of()).forEach((at, to) -> table[at - 0x80] = to);
    return table;
  }

  /** Windows leaves control characters unassigned that the standard maps to themselves. */
  private static char jdk(String name, int index) {
    Charset charset = Charset.forName(JDK_NAMES.getOrDefault(name, name));
    String text = new String(new byte[] {(byte) (0x80 + index)}, charset);
    char c = text.length() == 1 ? text.charAt(0) : NONE;
    return c == NONE && index < 32 ? (char) (0x80 + index) : c;
  }

  @Override
  public @Nullable String decode(byte[] bytes, boolean last, boolean fatal) {
    var text = new StringBuilder(bytes.length);
    for (byte b : bytes) {
      char c = b >= 0 ? (char) b : table[b & 0x7F];
      if (c == NONE && fatal) {
        return null;
      }
      text.append(c);
    }
    return text.toString();
  }
}
