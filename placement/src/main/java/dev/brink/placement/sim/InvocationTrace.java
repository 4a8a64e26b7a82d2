package dev.brink.placement.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Which functions were called how often, minute by minute. Immutable. */
public final class InvocationTrace {
  private final List<TracedFunction> functions;
  private final int minutes;

  private InvocationTrace(List<TracedFunction> functions) {
    this.functions = List.copyOf(functions);
    this.minutes = functions.stream().mapToInt(TracedFunction::minutes).max().orElse(0);
  }

  static InvocationTrace of(List<TracedFunction> functions) {
    return new InvocationTrace(functions);
  }

  /**
   * Reads a directory in the schema of the AzurePublicDataset's functions of 2019 (Shahrad et al.,
   * "Serverless in the Wild", USENIX ATC 2020): one file each whose name starts with or contains
   * {@code invocations}, {@code durations} and {@code memory}.
   *
   * @throws IOException when a file is missing or can't be read
   * @throws IllegalArgumentException when a file is not in that schema
   */
  public static InvocationTrace read(Path directory) throws IOException {
    return of(AzureTrace.read(directory));
  }

  /**
   * Made up: popularity by a power law, steady, periodic and bursty callers, log-normal run times
   * and memory. Nothing in it comes from a measured trace.
   */
  public static InvocationTrace synthetic(int functions, int minutes, long seed) {
    return of(SyntheticTrace.functions(functions, minutes, seed));
  }

  /** Those functions only for which it holds. */
  public InvocationTrace only(Predicate<TracedFunction> predicate) {
    return of(functions.stream().filter(predicate).toList());
  }

  /** All functions. */
  public List<TracedFunction> functions() {
    return functions;
  }

  /** How long the trace is. */
  public int minutes() {
    return minutes;
  }
}
