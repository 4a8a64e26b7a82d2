package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
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

  private static final long WIND_UP_NANOS = 100_000_000;

  /** What is taken of the credit at once, at least. */
  private static final long CREDIT_STEP_NANOS = 10_000_000;

  private static final AtomicLongFieldUpdater<InvocationLimits> CREDITED =
      AtomicLongFieldUpdater.newUpdater(InvocationLimits.class, "creditedNanos");

  private final FunctionLimits limits;
  private final LimitCounts counts;
  private final @Nullable CpuCredit credit;

  // Few invocations run for so long, or print: these are made when one does.
  private volatile @Nullable TurnMemory memory;
  private @Nullable LogRoom log;

  private volatile long cpuNanos;
  private volatile long allocatedBytes;
  private volatile long startNanos;
  private volatile long endNanos;

  /** What it had computed when its limit began anew. */
  private volatile long renewedNanos;

  /** What it has of the version's credit. */
  private volatile long creditedNanos;

  /** What it had computed when it last settled with the version's credit. */
  private long settledNanos;

  private volatile boolean settled;
  private volatile boolean creditUsedUp;
  private boolean counted;
  private boolean headersMet;
  private long renewedAtNanos;
  private boolean outlives;
  private int pending;
  private int promises;
  private int subrequests;
  private int renewedSubrequests;
  private @Nullable FunctionException refusal;

  /**
   * @param credit its version's; {@code null}: processor time is exact
   */
  InvocationLimits(FunctionLimits limits, LimitCounts counts, @Nullable CpuCredit credit) {
    this.limits = limits;
    this.counts = counts;
    this.credit = credit;
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
   * What it went on for is over: it has its wall time from now on, and nothing begins anew.
   *
   * @return whether it did go on
   */
  boolean outliveNoMore(long nowNanos) {
    if (!outlives) {
      return false;
    }
    outlives = false;
    long until = nowNanos + limits.wall().toNanos();
    endNanos = until - endNanos < 0 ? until : endNanos;
    return true;
  }

  /**
   * Something new came for it to do, or time has passed in which another invocation would have
   * ended: its limits of processor time and sub-requests begin anew.
   */
  void renew() {
    renewedSubrequests = subrequests;
    refusal = null;
    settleCredit();
    renewedNanos = cpuNanos;
    renewedAtNanos = System.nanoTime();
  }

  /** It is over but for tidying up, for which a moment is left whatever it has used. */
  void windUp() {
    long before = allowedNanos() - Math.min(WIND_UP_NANOS, mostNanos());
    if (cpuNanos - renewedNanos > before) {
      renewedNanos = cpuNanos - before;
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
    TurnMemory judged = memory;
    if (judged != null) {
      judged.start();
    }
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
    return overCpu(cpuNanos - renewedNanos, System.nanoTime());
  }

  /**
   * Something that computes for it on another thread has taken all that was left.
   *
   * @return why it is to end
   */
  FunctionException useUp() {
    FunctionException over = chargeElsewhere(cpuNanosLeft() + 1);
    return over != null ? over : credit == null ? cpuLimit() : creditLimit();
  }

  /** How much longer it may compute. */
  long cpuNanosLeft() {
    CpuCredit more = credit;
    long most = allowedNanos();
    if (more != null && !settled) {
      most = Math.min(mostNanos(), most + more.nanos(System.nanoTime()));
    }
    return Math.max(0, most - (cpuNanos - renewedNanos));
  }

  /**
   * Judges it in the midst of a turn. On the watchdog's thread.
   *
   * @return why it is to end
   */
  @Nullable FunctionException over(long turnCpuNanos, long turnAllocatedBytes, long nowNanos) {
    FunctionException overCpu = overCpu(cpuNanos - renewedNanos + turnCpuNanos, nowNanos);
    if (overCpu != null) {
      return overCpu;
    }
    if (nowNanos - endNanos > 0) {
      return wallLimit();
    }
    TurnMemory judge = memory;
    if (judge == null) {
      judge = new TurnMemory(limits);
      memory = judge;
    }
    return judge.over(turnAllocatedBytes) ? memoryLimit() : null;
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

  private @Nullable FunctionException overCpu(long usedNanos, long nowNanos) {
    long allowed = allowedNanos();
    long missing = usedNanos - allowed;
    if (missing <= 0) {
      return null;
    }
    CpuCredit more = credit;
    if (more == null) {
      return cpuLimit();
    }
    if (settled || usedNanos > mostNanos()) {
      return burstLimit();
    }
    long wanted = Math.min(Math.max(missing, CREDIT_STEP_NANOS), mostNanos() - allowed);
    long got = more.take(wanted, nowNanos);
    CREDITED.addAndGet(this, got);
    if (got >= missing) {
      return null;
    }
    creditUsedUp = true;
    return creditLimit();
  }

  private long allowedNanos() {
    return limits.cpu().toNanos() + creditedNanos;
  }

  private long mostNanos() {
    return (credit == null ? limits.cpu() : limits.cpuBurst()).toNanos();
  }

  /**
   * It gives back what it has not used, or goes without what it has used beyond. A draw on the
   * watchdog's thread in this very moment is lost to the credit.
   */
  private void settleCredit() {
    CpuCredit all = credit;
    if (all == null || settled) {
      return;
    }
    long credited = creditedNanos == 0 ? 0 : CREDITED.getAndSet(this, 0);
    long unused = limits.cpu().toNanos() + credited - (cpuNanos - settledNanos);
    settledNanos = cpuNanos;
    if (unused > 0) {
      all.give(unused);
    } else if (unused < 0) {
      long _ = all.take(-unused, System.nanoTime());
    }
  }

  /** It has ended: settles with the version's credit, and gets no more of it. */
  void settle() {
    settleCredit();
    settled = true;
  }

  /** Whether it is to end because its version had no credit left. */
  boolean creditUsedUp() {
    return creditUsedUp;
  }

  /** It ends like this: counts the limit that it met, once. */
  void ends(@Nullable Code outcome) {
    Limit met = outcome == null || counted ? null : Limit.of(outcome);
    if (met == null) {
      return;
    }
    counted = true;
    counts.met(met);
    if (met == Limit.CPU && creditUsedUp) {
      counts.met(Limit.CPU_CREDIT);
    }
  }

  private FunctionException cpuLimit() {
    return limit(
        Code.CPU_LIMIT, "ran for more than " + limits.cpu().toMillis() + " ms of processor time");
  }

  private FunctionException burstLimit() {
    return limit(
        Code.CPU_LIMIT,
        "ran for more than "
            + limits.cpuBurst().toMillis()
            + " ms of processor time, the most at once with the default limit of "
            + limits.cpu().toMillis()
            + " ms; cpuMs in the manifest sets another");
  }

  private FunctionException creditLimit() {
    return limit(
        Code.CPU_LIMIT,
        "ran for more than "
            + limits.cpu().toMillis()
            + " ms of processor time, the default limit, and the credit of the function's runs is"
            + " used up; cpuMs in the manifest sets another");
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

  /** Headers were too large, its own or those that it wanted to send. */
  void headersMet() {
    if (!headersMet) {
      headersMet = true;
      counts.met(Limit.HEADERS);
    }
  }

  /** It ended well, and something went on that it did not wait for. */
  void left() {
    counts.met(Limit.LEFT);
  }

  boolean waits() {
    return promises > 0;
  }

  /** How much it may print. */
  LogRoom log() {
    LogRoom room = log;
    if (room == null) {
      room = new LogRoom(counts);
      log = room;
    }
    return room;
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
