package dev.brink.exec.encoding;

import java.nio.charset.Charset;

/** gb18030, which decodes GBK too, section 10.2. */
final class Gb18030 extends MultiByte {
  private static final Charset JDK = Charset.forName("GB18030");
  private static final int ROW = 190;
  private static final DoubleByteIndex INDEX =
      new DoubleByteIndex(
              "GB18030",
              ROW * 126,
              pointer -> {
                int trail = pointer % ROW;
                return new byte[] {
                  (byte) (0x81 + pointer / ROW), (byte) (trail + (trail < 0x3F ? 0x40 : 0x41))
                };
              })
          .with(6555, 0xE5E5);

  private int first;
  private int second;
  private int third;

  @Override
  void accept(int b) {
    if (third != 0) {
      fourth(b);
    } else if (second != 0) {
      if (b >= 0x81 && b <= 0xFE) {
        third = b;
      } else {
        int again = second;
        reset();
        giveBack(b);
        giveBack(again);
        error();
      }
    } else if (first != 0) {
      second(b);
    } else if (b < 0x80) {
      emit(b);
    } else if (b == 0x80) {
      emit(0x20AC);
    } else if (b == 0xFF) {
      error();
    } else {
      first = b;
    }
  }

  private void second(int b) {
    if (b >= 0x30 && b <= 0x39) {
      second = b;
      return;
    }
    int pointer = -1;
    if ((b >= 0x40 && b <= 0x7E) || (b >= 0x80 && b <= 0xFE)) {
      pointer = (first - 0x81) * ROW + b - (b < 0x7F ? 0x40 : 0x41);
    }
    first = 0;
    int codePoint = INDEX.codePoint(pointer);
    if (codePoint == DoubleByteIndex.NONE) {
      errorAt(b);
    } else {
      emit(codePoint);
    }
  }

  private void fourth(int b) {
    if (b < 0x30 || b > 0x39) {
      int again = second;
      int andAgain = third;
      reset();
      giveBack(b);
      giveBack(andAgain);
      giveBack(again);
      error();
      return;
    }
    int pointer = ((first - 0x81) * 10 + second - 0x30) * 1260 + (third - 0x81) * 10 + b - 0x30;
    byte[] bytes = {(byte) first, (byte) second, (byte) third, (byte) b};
    reset();
    int codePoint = rangesCodePoint(pointer, bytes);
    if (codePoint == DoubleByteIndex.NONE) {
      error();
    } else {
      emit(codePoint);
    }
  }

  private static int rangesCodePoint(int pointer, byte[] bytes) {
    if ((pointer > 39_419 && pointer < 189_000) || pointer > 1_237_575) {
      return DoubleByteIndex.NONE;
    }
    if (pointer == 7_457) {
      return 0xE7C7;
    }
    String text = new String(bytes, JDK);
    int codePoint = text.codePointAt(0);
    boolean one = text.codePointCount(0, text.length()) == 1;
    return one && codePoint != 0xFFFD ? codePoint : DoubleByteIndex.NONE;
  }

  @Override
  void end() {
    if (first != 0) {
      error();
    }
  }

  @Override
  void reset() {
    first = 0;
    second = 0;
    third = 0;
  }
}
