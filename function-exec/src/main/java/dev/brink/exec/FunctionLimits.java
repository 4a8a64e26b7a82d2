package dev.brink.exec;

import java.time.Duration;

/**
 * What one invocation may use before it is ended.
 *
 * <p>Processor time is exact unless {@code cpuBurst} is more than {@code cpu}. Then a version has
 * credit: an invocation may go on beyond {@code cpu} while there is some, to {@code cpuBurst} at
 * most, and those that use less than {@code cpu} give the difference back. So the first invocations
 * of a function, which are interpreted, may take longer, and all of them {@code cpu} each on
 * average. The credit starts full, with five times {@code cpuBurst} for each lane, ten times at
 * least, and a hundredth of the time that passes comes back by itself.
 *
 * @param cpu processor time; of one that has answered with a WebSocket, for each message and each
 *     time that {@code wall} has passed
 * @param cpuBurst the most processor time with credit; no more than {@code cpu}: there is none
 * @param wall time from the start of the run to the end of the response and of {@code waitUntil}; a
 *     WebSocket has a lifetime instead
 * @param memoryBytes bytes allocated and held, as sampled; less than 16 MiB cannot be told from the
 *     heap's own noise and counts as that
 * @param requestBodyBytes size of the request's body
 * @param responseBodyBytes size of the response's body
 * @param subrequests requests and calls of bindings that it may make
 * @param concurrency invocations one instance may have under way at once, waiting for I/O
 */
public record FunctionLimits(
    Duration cpu,
    Duration cpuBurst,
    Duration wall,
    long memoryBytes,
    long requestBodyBytes,
    long responseBodyBytes,
    int subrequests,
    int concurrency) {
  /**
   * Bytes of the head of a response, or of a subrequest with its URL, 32 for each field beside its
   * name and value: 128 KiB. More than origins may answer with; whatever carries heads from here
   * has to take more.
   */
  public static final int MAX_HEAD_BYTES = 128 << 10;

  /** Requests of an invocation, where nothing else is said. */
  public static final int DEFAULT_SUBREQUESTS = 50;

  /**
   * 50 ms of processor time, with credit to 1 s; wall 30 s; 128 MiB of memory, bodies of 1 TiB, 50
   * requests, 64 invocations at once.
   */
  public static final FunctionLimits DEFAULT =
      new FunctionLimits(
          Duration.ofMillis(50),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          128L << 20,
          1L << 40,
          1L << 40,
          DEFAULT_SUBREQUESTS,
          64);

  /**
   * Checks each.
   *
   * @throws IllegalArgumentException when a time, {@code memoryBytes} or {@code concurrency} is not
   *     above 0, or another is below it
   */
  public FunctionLimits {
    positive("cpu", cpu);
    positive("cpuBurst", cpuBurst);
    positive("wall", wall);
    atLeast("memoryBytes", memoryBytes, 1);
    atLeast("requestBodyBytes", requestBodyBytes, 0);
    atLeast("responseBodyBytes", responseBodyBytes, 0);
    atLeast("subrequests", subrequests, 0);
    atLeast("concurrency", concurrency, 1);
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: more than 0)");
    }
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }

  /** With exact processor time. */
  public FunctionLimits(
      Duration cpu,
      Duration wall,
      long memoryBytes,
      long requestBodyBytes,
      long responseBodyBytes,
      int subrequests,
      int concurrency) {
    this(
        cpu, cpu, wall, memoryBytes, requestBodyBytes, responseBodyBytes, subrequests, concurrency);
  }

  /** With exact processor time, and as many requests as is usual. */
  public FunctionLimits(
      Duration cpu,
      Duration wall,
      long memoryBytes,
      long requestBodyBytes,
      long responseBodyBytes,
      int concurrency) {
    this(
        cpu,
        wall,
        memoryBytes,
        requestBodyBytes,
        responseBodyBytes,
        DEFAULT_SUBREQUESTS,
        concurrency);
  }

  /** Whether invocations that use less processor time leave some to others. */
  public boolean hasCpuCredit() {
    return cpuBurst.compareTo(cpu) > 0;
  }
}
