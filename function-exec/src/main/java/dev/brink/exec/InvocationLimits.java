package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import org.jspecify.annotations.Nullable;

/**
 * What one invocation may use, judged apart from what runs it: whoever runs it tells what was used,
 * asks before what costs, and ends it when told so. On its lane, but for {@link #over} and what is
 * read.
 */
final class InvocationLimits {
  /** Operations at once. */
  static final int MAX_PENDING = 10_000;

  /** Promises to wait for after the response. */
  static final int MAX_PROMISES = 1_000;

  /** Characters printed. */
  static final int MAX_LOG_CHARS = 64 << 10;

  private static final long WIND_UP_NANOS = 100_000_000;

  private final FunctionLimits limits;
  private final LimitCounts counts;
  private final TurnMemory memory;
  private volatile long cpuNanos;
  private volatile long allocatedBytes;
  private volatile long startNanos;
  private volatile long endNanos;

  /** What it had computed when its limit began anew. */
  private volatile long renewedNanos;

  private long renewedAtNanos;
  private boolean outlives;
  private int pending;
  private int promises;
  private int subrequests;
  private int renewedSubrequests;
  private int logChars;
  private @Nullable FunctionException refusal;

  InvocationLimits(FunctionLimits limits, LimitCounts counts) {
    this.limits = limits;
    this.counts = counts;
    this.memory = new TurnMemory(limits);
  }

  // ---- time and memory

  /** It starts; its caller waits until the deadline. */
  void begin(long nowNanos, long deadlineNanos) {
    startNanos = nowNanos;
    long wallEnd = nowNanos + limits.wall().toNanos();
    endNanos = wallEnd - deadlineNanos < 0 ? wallEnd : deadlineNanos;
  }

  /** It goes on until then, with processor time for each thing that comes for it to do. */
  void outlive(long untilNanos) {
    outlives = true;
    renew();
    endNanos = untilNanos;
  }

  /**
   * Something new came for it to do, or time has passed in which another invocation would have
   * ended: its limits of processor time and sub-requests begin anew.
   */
  void renew() {
    renewedSubrequests = subrequests;
    refusal = null;
    renewedNanos = cpuNanos;
    renewedAtNanos = System.nanoTime();
  }

  /** It is over but for tidying up, for which a moment is left whatever it has used. */
  void windUp() {
    long most = Math.max(0, limits.cpu().toNanos() - WIND_UP_NANOS);
    if (cpuNanos - renewedNanos > most) {
      renewedNanos = cpuNanos - most;
    }
    long until = System.nanoTime() + WIND_UP_NANOS;
    if (until - endNanos > 0) {
      endNanos = until;
    }
  }

  /** A turn has ended that used so much. */
  void charge(long cpu, long allocated) {
    long cpuBefore = cpuNanos;
    long allocatedBefore = allocatedBytes;
    cpuNanos = cpuBefore + cpu;
    allocatedBytes = allocatedBefore + allocated;
    memory.start();
    if (outlives && System.nanoTime() - renewedAtNanos > limits.wall().toNanos()) {
      renew();
    }
  }

  /**
   * Adds what was computed for it on another thread.
   *
   * @return why it is to end
   */
  @Nullable FunctionException chargeElsewhere(long cpu) {
    long cpuBefore = cpuNanos;
    cpuNanos = cpuBefore + cpu;
    return cpuNanos - renewedNanos > limits.cpu().toNanos() ? cpuLimit() : null;
  }

  /** How much longer it may compute. */
  long cpuNanosLeft() {
    return Math.max(0, limits.cpu().toNanos() - (cpuNanos - renewedNanos));
  }

  /**
   * Judges it in the midst of a turn. On the watchdog's thread.
   *
   * @return why it is to end
   */
  @Nullable FunctionException over(long turnCpuNanos, long turnAllocatedBytes, long nowNanos) {
    if (cpuNanos - renewedNanos + turnCpuNanos > limits.cpu().toNanos()) {
      return cpuLimit();
    }
    if (nowNanos - endNanos > 0) {
      return wallLimit();
    }
    return memory.over(turnAllocatedBytes) ? memoryLimit() : null;
  }

  /** When it must have ended, by its limit or its caller. */
  long endNanos() {
    return endNanos;
  }

  long cpuNanos() {
    return cpuNanos;
  }

  long allocatedBytes() {
    return allocatedBytes;
  }

  private FunctionException cpuLimit() {
    return limit(Code.CPU_LIMIT, "ran for more than " + limits.cpu().toMillis() + " ms");
  }

  FunctionException wallLimit() {
    return limit(
        Code.WALL_LIMIT,
        "took longer than "
            + Math.max(0, (endNanos - startNanos) / 1_000_000)
            + " ms, or than its caller waits");
  }

  private FunctionException memoryLimit() {
    return limit(Code.MEMORY_LIMIT, "used more than " + (limits.memoryBytes() >> 20) + " MiB");
  }

  // ---- what it asks for

  /** Takes one of the requests that it may make. */
  boolean takeSubrequest() {
    if (subrequests - renewedSubrequests >= limits.subrequests()) {
      refuse(
          Limit.SUBREQUESTS,
          Code.SUBREQUEST_LIMIT,
          "made more than " + limits.subrequests() + " requests");
      return false;
    }
    subrequests++;
    return true;
  }

  int subrequests() {
    return subrequests;
  }

  /** Takes one of the operations that it may wait for. */
  boolean takePending() {
    if (pending >= MAX_PENDING) {
      refuse(
          Limit.PENDING,
          Code.PENDING_LIMIT,
          "waits for more than " + MAX_PENDING + " timers and other operations at once");
      return false;
    }
    pending++;
    return true;
  }

  void givePending() {
    pending--;
  }

  int pending() {
    return pending;
  }

  /** Takes one of the promises that it may wait for after its response. */
  boolean takePromise() {
    if (promises >= MAX_PROMISES) {
      refuse(
          Limit.PROMISES,
          Code.PENDING_LIMIT,
          "waits for more than " + MAX_PROMISES + " promises after its response");
      return false;
    }
    promises++;
    return true;
  }

  void givePromise() {
    promises--;
  }

  boolean waits() {
    return promises > 0;
  }

  /**
   * How many of so many characters it may print.
   *
   * @return fewer than were asked for when there is no more room, 0 from then on
   */
  int takeLog(int chars) {
    int room = MAX_LOG_CHARS - logChars;
    if (room > 0 && chars > room) {
      counts.met(Limit.LOG);
    }
    logChars = Math.clamp((long) logChars + chars, 0, MAX_LOG_CHARS);
    return Math.clamp(room, 0, chars);
  }

  private void refuse(Limit limit, Code code, String why) {
    if (refusal == null || refusal.code() != code) {
      counts.met(limit);
    }
    refusal = limit(code, why);
  }

  /**
   * The limit that last stood in the way of something it asked for: it may fail because of that.
   */
  @Nullable FunctionException refusal() {
    return refusal;
  }

  private static FunctionException limit(Code code, String why) {
    return new FunctionException(code, why, null);
  }
}
