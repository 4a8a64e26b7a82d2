package dev.brink.exec.encoding;

/** EUC-KR, section 13.1. */
final class EucKr extends MultiByte {
  private static final int ROW = 190;
  private static final DoubleByteIndex INDEX =
      new DoubleByteIndex(
          "x-windows-949",
          ROW * 126,
          pointer -> new byte[] {(byte) (0x81 + pointer / ROW), (byte) (0x41 + pointer % ROW)});

  private int lead;

  @Override
  void accept(int b) {
    if (lead != 0) {
      int pointer = b >= 0x41 && b <= 0xFE ? (lead - 0x81) * ROW + b - 0x41 : -1;
      lead = 0;
      int codePoint = INDEX.codePoint(pointer);
      if (codePoint == DoubleByteIndex.NONE) {
        errorAt(b);
      } else {
        emit(codePoint);
      }
    } else if (b < 0x80) {
      emit(b);
    } else if (b >= 0x81 && b <= 0xFE) {
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
