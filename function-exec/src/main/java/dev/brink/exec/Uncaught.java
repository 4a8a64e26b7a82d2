package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import org.graalvm.polyglot.PolyglotException;

/** What becomes of an error that a handler did not catch: it is printed, and its run fails. */
final class Uncaught {
  /**
   * The handler threw.
   *
   * @return what ended the turn: that error, or what ended the guest while it said what it is
   */
  static PolyglotException thrown(Run run, PolyglotException error, Guest guest) {
    Guest.Shown shown = guest.shown(error);
    rejected(run, error, shown.text());
    return shown.end();
  }

  /**
   * The handler's promise was rejected.
   *
   * @param shown the error with its causes, as the guest shows it
   */
  static void rejected(Run run, PolyglotException error, String shown) {
    Code code = GuestErrors.isOverflow(error) ? Code.STACK_LIMIT : Code.UNCAUGHT;
    if (GuestErrors.isTooLong(error)) {
      run.function().outside().limitCounts().met(Limit.LENGTH);
    }
    fail(
        run,
        GuestErrors.of(code, error, shown, run.function().bundle()),
        GuestErrors.stack(error, shown));
  }

  /** The handler's promise was rejected with something that is no error. */
  static void rejected(Run run, String shown) {
    fail(run, new FunctionException(Code.UNCAUGHT, shown, null), shown);
  }

  private static void fail(Run run, FunctionException why, String stack) {
    run.print(ConsoleSink.Level.ERROR, stack);
    run.failTurn(blamed(run, why));
  }

  /** The limit that stood in its way, if one did. */
  private static FunctionException blamed(Run run, FunctionException why) {
    FunctionException refusal = run.use().refusal();
    return run.bodies().overLimit()
        ? run.bodies().limitExceeded()
        : refusal != null ? refusal : why;
  }

  private Uncaught() {}
}
