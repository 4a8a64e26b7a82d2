package dev.brink.exec.encoding;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;
import java.util.function.IntFunction;

/** An index of the Encoding Standard, made of what a character set of the JDK says. */
final class DoubleByteIndex {
  /** For a pointer without a code point. */
  static final int NONE = -1;

  private final int[] codePoints;

  /**
   * @param charset a name of the JDK
   * @param size how many pointers there are
   * @param bytesOf the bytes that stand for a pointer in {@code charset}
   */
  DoubleByteIndex(String charset, int size, IntFunction<byte[]> bytesOf) {
    codePoints = new int[size];
    Arrays.fill(codePoints, NONE);
    var decoder =
        Charset.forName(charset)
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    for (int pointer = 0; pointer < size; pointer++) {
      try {
        CharBuffer text = decoder.decode(ByteBuffer.wrap(bytesOf.apply(pointer)));
        if (Character.codePointCount(text, 0, text.length()) == 1) {
          codePoints[pointer] = Character.codePointAt(text, 0);
        }
      } catch (CharacterCodingException e) {
        codePoints[pointer] = NONE;
      }
    }
  }

  /** Changes single entries: pointer, code point, and so on. */
  DoubleByteIndex with(int... changes) {
    for (int i = 0; i < changes.length; i += 2) {
      codePoints[changes[i]] = changes[i + 1];
    }
    return this;
  }

  /** Takes pointers out. */
  DoubleByteIndex without(int from, int to) {
    Arrays.fill(codePoints, from, to, NONE);
    return this;
  }

  int codePoint(int pointer) {
    return pointer < 0 || pointer >= codePoints.length ? NONE : codePoints[pointer];
  }
}
