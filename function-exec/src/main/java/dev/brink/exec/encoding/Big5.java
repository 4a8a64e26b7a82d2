package dev.brink.exec.encoding;

/** Big5 with the Hong Kong supplement, section 11.1. */
final class Big5 extends MultiByte {
  private static final int ROW = 157;

  /** Four pointers stand for two code points each. */
  private static final int[][] PAIRS = {
    {1133, 0xCA, 0x304}, {1135, 0xCA, 0x30C}, {1164, 0xEA, 0x304}, {1166, 0xEA, 0x30C}
  };

  private static final DoubleByteIndex INDEX =
      new DoubleByteIndex(
          "Big5-HKSCS",
          ROW * 126,
          pointer -> {
            int trail = pointer % ROW;
            return new byte[] {
              (byte) (0x81 + pointer / ROW), (byte) (trail + (trail < 0x3F ? 0x40 : 0x62))
            };
          });

  private int lead;

  @Override
  void accept(int b) {
    if (lead != 0) {
      second(b);
    } else if (b < 0x80) {
      emit(b);
    } else if (b >= 0x81 && b <= 0xFE) {
      lead = b;
    } else {
      error();
    }
  }

  private void second(int b) {
    int pointer = -1;
    if ((b >= 0x40 && b <= 0x7E) || (b >= 0xA1 && b <= 0xFE)) {
      pointer = (lead - 0x81) * ROW + b - (b < 0x7F ? 0x40 : 0x62);
    }
    lead = 0;
    for (int[] pair : PAIRS) {
      if (pair[0] == pointer) {
        emit(pair[1]);
        emit(pair[2]);
        return;
      }
    }
    int codePoint = INDEX.codePoint(pointer);
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
  }
}
