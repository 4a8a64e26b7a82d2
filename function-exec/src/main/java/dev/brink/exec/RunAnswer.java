package dev.brink.exec;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the caller of an invocation hears: that it is refused, or what it is answered or failed
 * with, once, and then its end. Nothing that its listener throws gets any further. On the
 * invocation's lane once that has started.
 */
final class RunAnswer {
  private static final Logger log = LoggerFactory.getLogger(RunAnswer.class);

  private final InvocationListener listener;
  private final GraalFunction function;
  private @Nullable Answer answer;
  private @Nullable FunctionException failure;
  private boolean passThrough;
  private boolean heard;

  RunAnswer(InvocationListener listener, GraalFunction function) {
    this.listener = listener;
    this.function = function;
  }

  // ---- the guest's doing

  /** Whether the guest has neither answered nor failed. */
  boolean open() {
    return answer == null && failure == null;
  }

  /** The guest has answered. */
  void give(Answer given) {
    answer = given;
  }

  /** Whether a failure of the guest is for the caller. */
  boolean mayFail() {
    return failure == null && !heard;
  }

  /** The guest has failed, which goes before what it has answered as long as nobody heard that. */
  void giveFailure(FunctionException why) {
    failure = why;
  }

  /** A failure from now on is for others to answer. */
  void passThrough() {
    passThrough = true;
  }

  // ---- what the caller hears of that

  /** Whether the caller has heard of an answer or a failure. */
  boolean heard() {
    return heard;
  }

  /** What the guest answered, if the caller has heard of nothing yet. */
  @Nullable Answer untold() {
    return heard ? null : answer;
  }

  /** What the guest failed with, if the caller has heard of nothing yet. */
  @Nullable FunctionException untoldFailure() {
    return heard ? null : failure;
  }

  void tellBegun() {
    try {
      listener.onBegun();
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  void tell(Answer given, Timing timing) {
    heard = true;
    try {
      listener.onResponse(given.head(), given.body(), timing);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  /** It has failed, whatever the guest may have answered of which the caller has not heard. */
  void tellFailure(FunctionException why, Timing timing) {
    heard = true;
    Answer untold = answer;
    if (untold != null) {
      untold.discard();
    }
    onFailure(passThrough && why.code().ofTheFunction() ? why.passingThrough() : why, timing);
  }

  /** It is over before anything of it ran. */
  void refuse(FunctionException why, Timing timing) {
    onFailure(why, timing);
    tellDone(new InvocationReport(timing, 0, 0, 0, 0, 0, 0, why.code()));
  }

  void tellDone(InvocationReport report) {
    try {
      listener.onDone(report);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  private void onFailure(FunctionException why, Timing timing) {
    try {
      listener.onFailure(why, timing);
    } catch (RuntimeException | LinkageError | AssertionError | VirtualMachineError e) {
      failed(e);
    }
  }

  private void failed(Throwable why) {
    log.error("A listener of {} failed", function.bundle().name(), why);
  }
}
