package dev.brink.exec.encoding;

/** ISO-2022-JP, section 12.2. */
final class Iso2022Jp extends MultiByte {
  private enum State {
    ASCII,
    ROMAN,
    KATAKANA,
    LEAD,
    TRAIL,
    ESCAPE_START,
    ESCAPE
  }

  private static final int ESCAPE_BYTE = 0x1B;

  private State state = State.ASCII;
  private State output = State.ASCII;
  private int lead;
  private boolean afterOutput;

  @Override
  void accept(int b) {
    switch (state) {
      case ASCII, ROMAN -> single(b);
      case KATAKANA -> katakana(b);
      case LEAD -> lead(b);
      case TRAIL -> trail(b);
      case ESCAPE_START -> escapeStart(b);
      case ESCAPE -> escape(b);
    }
  }

  private void single(int b) {
    if (b == ESCAPE_BYTE) {
      state = State.ESCAPE_START;
    } else if (b <= 0x7F && b != 0x0E && b != 0x0F) {
      afterOutput = false;
      boolean roman = state == State.ROMAN;
      emit(roman && b == 0x5C ? 0xA5 : roman && b == 0x7E ? 0x203E : b);
    } else {
      afterOutput = false;
      error();
    }
  }

  private void katakana(int b) {
    if (b == ESCAPE_BYTE) {
      state = State.ESCAPE_START;
      return;
    }
    afterOutput = false;
    if (b >= 0x21 && b <= 0x5F) {
      emit(0xFF61 - 0x21 + b);
    } else {
      error();
    }
  }

  private void lead(int b) {
    if (b == ESCAPE_BYTE) {
      state = State.ESCAPE_START;
      return;
    }
    afterOutput = false;
    if (b >= 0x21 && b <= 0x7E) {
      lead = b;
      state = State.TRAIL;
    } else {
      error();
    }
  }

  private void trail(int b) {
    if (b == ESCAPE_BYTE) {
      state = State.ESCAPE_START;
      error();
      return;
    }
    state = State.LEAD;
    int codePoint = DoubleByteIndex.NONE;
    if (b >= 0x21 && b <= 0x7E) {
      int pointer = (lead - 0x21) * JapaneseIndex.ROW + b - 0x21;
      codePoint = JapaneseIndex.JIS_0208.codePoint(pointer);
    }
    if (codePoint == DoubleByteIndex.NONE) {
      error();
    } else {
      emit(codePoint);
    }
  }

  private void escapeStart(int b) {
    if (b == 0x24 || b == 0x28) {
      lead = b;
      state = State.ESCAPE;
      return;
    }
    giveBack(b);
    afterOutput = false;
    state = output;
    error();
  }

  private void escape(int b) {
    int before = lead;
    lead = 0;
    State next = null;
    if (before == 0x28) {
      next = b == 0x42 ? State.ASCII : b == 0x4A ? State.ROMAN : b == 0x49 ? State.KATAKANA : null;
    } else if (b == 0x40 || b == 0x42) {
      next = State.LEAD;
    }
    if (next == null) {
      giveBack(b);
      giveBack(before);
      afterOutput = false;
      state = output;
      error();
      return;
    }
    state = next;
    output = next;
    boolean again = afterOutput;
    afterOutput = true;
    if (again) {
      error();
    }
  }

  @Override
  void end() {
    switch (state) {
      case ASCII, ROMAN, KATAKANA, LEAD -> {}
      case TRAIL, ESCAPE_START -> error();
      case ESCAPE -> {
        int before = lead;
        state = output;
        error();
        accept(before);
      }
    }
  }

  @Override
  void reset() {
    state = State.ASCII;
    output = State.ASCII;
    lead = 0;
    afterOutput = false;
  }
}
