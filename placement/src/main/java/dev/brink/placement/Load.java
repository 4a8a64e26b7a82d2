package dev.brink.placement;

/**
 * The last load report of a node, made safe, and what follows from it. Immutable.
 *
 * @param reported whether there was one at all
 * @param atNanos when it came
 * @param overtime runs that go on beside the lanes
 * @param free lanes that had nothing to do
 * @param utilisation the share of the lanes' time that was taken, 0 to 1
 * @param slow how slow the node says it is, 1 to 10
 * @param older how much work had been sent at least a round trip before {@code newer}
 * @param newer how much work had been sent at an earlier report
 * @param gapNanos the longest time lately between two reports, 100 ms at least
 */
record Load(
    boolean reported,
    long sequence,
    long atNanos,
    int lanes,
    int busy,
    int queued,
    int overtime,
    int free,
    double utilisation,
    double slow,
    boolean draining,
    boolean unhealthy,
    Warmth warmth,
    Mark older,
    Mark newer,
    long gapNanos) {

  private static final int MAX_LANES = 1 << 16;

  /** As many as a node lets go on beside each of its lanes: more makes no sense. */
  private static final int MAX_OVERTIME = 8;

  private static final long MAX_WAIT_NANOS = 60_000_000_000L;
  private static final long SENSELESS_WAIT_NANOS = 1_000_000_000L;
  private static final long AGE_OUT_NANOS = 3_000_000_000L;
  private static final long RESTART_NANOS = 1_000_000_000L;
  private static final long LEAST_GAP_NANOS = 100_000_000L;
  private static final long MOST_GAP_NANOS = 1_000_000_000L;

  /** How soon a long gap is forgotten. */
  private static final double GAP_NANOS = 5e9;

  /** After so many gaps without a report nothing is known of the work there any more. */
  private static final int GAPS = 2;

  /** How much work had been sent at a time. */
  record Mark(long atNanos, long sentNanos) {}

  /** Of a node that has just come up. */
  static Load none(int lanes) {
    var mark = new Mark(0, 0);
    return new Load(
        false,
        0,
        0,
        lanes,
        0,
        0,
        0,
        lanes,
        0,
        1,
        false,
        false,
        Warmth.NONE,
        mark,
        mark,
        LEAST_GAP_NANOS);
  }

  /**
   * Whether the report says something new: its sequence number is higher, or the node has gone
   * quiet and begun again.
   */
  boolean precedes(LoadReport report, long nowNanos) {
    return !reported
        || report.sequence() - sequence > 0
        || (report.sequence() != sequence && nowNanos - atNanos > RESTART_NANOS);
  }

  /** Whether reports have failed to come for so long that the node is out. */
  boolean silent(long nowNanos) {
    return reported && nowNanos - atNanos > AGE_OUT_NANOS;
  }

  /**
   * The load after a report; the values in it are made safe.
   *
   * @param sentNanos the work sent up to now
   * @param rttNanos how far apart the marks must be
   */
  Load after(LoadReport report, FunctionTable table, long nowNanos, long sentNanos, long rttNanos) {
    int saneLanes = Math.clamp(report.lanes(), 1, MAX_LANES);
    int saneBusy = sane(report.busy(), saneLanes);
    int saneQueued = Math.max(0, report.queued());
    boolean waits = saneQueued > 0 || waitNanos(report) != 0;
    boolean turn = !reported || nowNanos - newer.atNanos >= rttNanos;
    Mark nowMark = turn ? new Mark(nowNanos, sentNanos) : newer;
    Mark pastMark = !reported ? nowMark : turn ? newer : older;
    return new Load(
        true,
        report.sequence(),
        nowNanos,
        saneLanes,
        saneBusy,
        saneQueued,
        sane(report.overtime(), MAX_OVERTIME * saneLanes),
        waits ? 0 : saneLanes - saneBusy,
        utilisation(report, saneLanes, saneBusy),
        slow(report),
        report.draining(),
        report.unhealthy(),
        warmth.after(report, table),
        pastMark,
        nowMark,
        reported ? gapWith(nowNanos - atNanos) : gapNanos);
  }

  /** A longer one counts at once. */
  private long gapWith(long passedNanos) {
    long gap = Math.clamp(passedNanos, 0, MOST_GAP_NANOS);
    long left = gapNanos - (long) ((gapNanos - gap) * Math.min(1, gap / GAP_NANOS));
    return Math.max(LEAST_GAP_NANOS, Math.max(gap, left));
  }

  /**
   * Until when work is taken to get done there: now, or two gaps after the last report. Of a node
   * that falls silent nothing else is known, and it must not look the emptier the longer it is.
   */
  long doneUntilNanos(long nowNanos) {
    return reported ? atNanos + Math.min(nowNanos - atNanos, GAPS * gapNanos) : nowNanos;
  }

  /** A count that makes no sense is the most there can be, which attracts nothing. */
  private static int sane(int said, int most) {
    return said < 0 ? most : Math.min(said, most);
  }

  private static double utilisation(LoadReport report, int lanes, int busy) {
    double said = report.utilisation();
    return said >= 0 && said <= 1 ? said : (double) busy / lanes;
  }

  /** What makes no sense is as if it were not said: answers show how slow the node is. */
  private static double slow(LoadReport report) {
    double said = report.slow();
    return said >= 1 && said < Double.POSITIVE_INFINITY
        ? Math.min(said, SlowEstimate.MOST_SLOW)
        : 1;
  }

  /**
   * Work sent less than a round trip ago, which a report that comes now can't know of: straight
   * lines between the marks and now.
   */
  long unseenNanos(long nowNanos, long sentNanos, long rttNanos) {
    if (!reported) {
      return 0;
    }
    long seenAt = nowNanos - rttNanos;
    long seen =
        seenAt - newer.atNanos >= 0
            ? between(newer, nowNanos, sentNanos, seenAt)
            : between(older, newer.atNanos, newer.sentNanos, seenAt);
    return Math.max(0, sentNanos - seen);
  }

  private static long between(Mark from, long toNanos, long toSent, long atNanos) {
    long span = toNanos - from.atNanos;
    if (span <= 0) {
      return toSent;
    }
    double part = Math.clamp((double) (atNanos - from.atNanos) / span, 0, 1);
    return from.sentNanos + (long) (part * (toSent - from.sentNanos));
  }

  /** The wait a report claims, made safe: one that makes no sense attracts nothing. */
  static long waitNanos(LoadReport report) {
    boolean senseless =
        report.waitNanos() < 0 || report.busy() < 0 || report.queued() < 0 || report.overtime() < 0;
    long said = Math.clamp(report.waitNanos(), 0, MAX_WAIT_NANOS);
    return senseless ? Math.max(said, SENSELESS_WAIT_NANOS) : said;
  }

  /** How much longer a run takes than alone, as it shares the processors with all that runs. */
  double sharing() {
    int threads = Math.min(busy + 1, lanes) + overtime;
    return threads <= lanes ? 1 : (double) threads / lanes;
  }

  Load withWarmth(Warmth now) {
    return new Load(
        reported,
        sequence,
        atNanos,
        lanes,
        busy,
        queued,
        overtime,
        free,
        utilisation,
        slow,
        draining,
        unhealthy,
        now,
        older,
        newer,
        gapNanos);
  }

  Load withDraining(boolean now) {
    return new Load(
        reported,
        sequence,
        atNanos,
        lanes,
        busy,
        queued,
        overtime,
        free,
        utilisation,
        slow,
        now,
        unhealthy,
        warmth,
        older,
        newer,
        gapNanos);
  }
}
