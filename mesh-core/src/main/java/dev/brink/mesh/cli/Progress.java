package dev.brink.mesh.cli;

import java.io.PrintStream;

/** What is going on: one line that changes on a terminal, plain lines elsewhere. */
final class Progress {
  private static final String CLEAR_LINE = "\r\033[K";

  private final PrintStream out;
  private final boolean terminal;
  private boolean shown;

  Progress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Under way. */
  void step(String what) {
    if (terminal) {
      out.print(CLEAR_LINE + what + " …");
      out.flush();
      shown = true;
    } else {
      out.println(what + " …");
    }
  }

  /** Done; stays to be read. */
  void done(String what) {
    clear();
    out.println(what);
  }

  /** Takes away what is under way. */
  void clear() {
    if (shown) {
      out.print(CLEAR_LINE);
      out.flush();
      shown = false;
    }
  }
}
