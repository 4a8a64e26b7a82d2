package dev.brink.exec.encoding;

/** Shift_JIS, section 12.3. */
final class ShiftJis extends MultiByte {
  private static final int PRIVATE_USE = 0xE000;
  private int lead;

  @Override
  void accept(int b) {
    if (lead == 0) {
      first(b);
      return;
    }
    int before = lead;
    lead = 0;
    if ((b >= 0x40 && b <= 0x7E) || (b >= 0x80 && b <= 0xFC)) {
      int offset = b < 0x7F ? 0x40 : 0x41;
      int leadOffset = before < 0xA0 ? 0x81 : 0xC1;
      int pointer = (before - leadOffset) * 188 + b - offset;
      if (pointer >= 8836 && pointer <= 10715) {
        emit(PRIVATE_USE - 8836 + pointer);
        return;
      }
      int codePoint = JapaneseIndex.JIS_0208.codePoint(pointer);
      if (codePoint != DoubleByteIndex.NONE) {
        emit(codePoint);
        return;
      }
    }
    errorAt(b);
  }

  private void first(int b) {
    if (b <= 0x80) {
      emit(b);
    } else if (b >= 0xA1 && b <= 0xDF) {
      emit(0xFF61 - 0xA1 + b);
    } else if ((b >= 0x81 && b <= 0x9F) || (b >= 0xE0 && b <= 0xFC)) {
      lead = b;
    } else {
      error();
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
  }
}
