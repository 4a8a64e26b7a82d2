package dev.brink.placement.sim.warmth;

import dev.brink.placement.sim.InvocationTrace;
import dev.brink.placement.sim.TracedFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When a function was in use. Times count from the trace's begin.
 *
 * @param memoryMb what an instance holds
 * @param busy spans of time with calls, in order, not overlapping
 */
record CalledFunction(String id, double memoryMb, List<Span> busy) {
  static final long MINUTE = Duration.ofMinutes(1).toNanos();

  /** From the first call's begin to the last one's end. */
  record Span(long startNanos, long endNanos) {}

  CalledFunction {
    busy = List.copyOf(busy);
  }

  /** The functions of a trace that has only minutes: each minute with a call is a span. */
  static List<CalledFunction> of(InvocationTrace trace) {
    return trace.functions().stream().map(CalledFunction::of).toList();
  }

  private static CalledFunction of(TracedFunction function) {
    var busy = new ArrayList<Span>();
    for (int minute = 0; minute < function.minutes(); minute++) {
      if (function.invocations(minute) > 0) {
        busy.add(new Span(minute * MINUTE, (minute + 1) * MINUTE));
      }
    }
    return new CalledFunction(function.id(), function.memoryMb(), busy);
  }
}
