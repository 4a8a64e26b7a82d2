package dev.brink.exec.encoding;

/** EUC-JP, section 12.1. */
final class EucJp extends MultiByte {
  private int lead;
  private boolean jis0212;

  @Override
  void accept(int b) {
    if (lead == 0x8E && b >= 0xA1 && b <= 0xDF) {
      lead = 0;
      emit(0xFF61 - 0xA1 + b);
    } else if (lead == 0x8F && b >= 0xA1 && b <= 0xFE) {
      jis0212 = true;
      lead = b;
    } else if (lead != 0) {
      second(b);
    } else if (b < 0x80) {
      emit(b);
    } else if (b == 0x8E || b == 0x8F || (b >= 0xA1 && b <= 0xFE)) {
      lead = b;
    } else {
      error();
    }
  }

  private void second(int b) {
    int before = lead;
    lead = 0;
    int codePoint = DoubleByteIndex.NONE;
    if (before >= 0xA1 && before <= 0xFE && b >= 0xA1 && b <= 0xFE) {
      int pointer = (before - 0xA1) * JapaneseIndex.ROW + b - 0xA1;
      DoubleByteIndex index = jis0212 ? JapaneseIndex.JIS_0212 : JapaneseIndex.JIS_0208;
      codePoint = index.codePoint(pointer);
    }
    jis0212 = false;
    if (codePoint == DoubleByteIndex.NONE) {
      errorAt(b);
    } else {
      emit(codePoint);
    }
  }

  @Override
  void end() {
    if (lead != 0) {
      error();
    }
  }

  @Override
  void reset() {
    lead = 0;
    jis0212 = false;
  }
}
