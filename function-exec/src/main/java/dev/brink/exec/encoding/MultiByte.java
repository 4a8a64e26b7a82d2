package dev.brink.exec.encoding;

import org.jspecify.annotations.Nullable;

/** A decoder that is a state machine over bytes, which may give some of them back. */
abstract sealed class MultiByte extends TextDecoding
    permits Big5, EucJp, EucKr, Gb18030, Iso2022Jp, ShiftJis {
  private static final int REPLACEMENT = 0xFFFD;
  private static final int MAX_GIVEN_BACK = 4;

  private final int[] givenBack = new int[MAX_GIVEN_BACK];
  private int givenBackCount;
  private StringBuilder out = new StringBuilder();
  private boolean failed;

  /** Takes the next byte. */
  abstract void accept(int b);

  /** The stream has ended: reports what is incomplete, and forgets it. */
  abstract void end();

  /** Back to the first state. */
  abstract void reset();

  final void emit(int codePoint) {
    out.appendCodePoint(codePoint);
  }

  final void error() {
    failed = true;
    out.appendCodePoint(REPLACEMENT);
  }

  /** Has {@code b} read again, before what was given back earlier. */
  final void giveBack(int b) {
    givenBack[givenBackCount++] = b;
  }

  /** An error at {@code b}, which is read again when it is ASCII. */
  final void errorAt(int b) {
    if (b < 0x80) {
      giveBack(b);
    }
    error();
  }

  @Override
  public final @Nullable String decode(byte[] bytes, boolean last, boolean fatal) {
    out = new StringBuilder(bytes.length);
    failed = false;
    for (byte b : bytes) {
      accept(b & 0xFF);
      drain();
      if (failed && fatal) {
        restart();
        return null;
      }
    }
    if (last) {
      end();
      drain();
      restart();
      if (failed && fatal) {
        return null;
      }
    }
    return out.toString();
  }

  private void drain() {
    while (givenBackCount > 0) {
      accept(givenBack[--givenBackCount]);
    }
  }

  private void restart() {
    givenBackCount = 0;
    reset();
  }
}
