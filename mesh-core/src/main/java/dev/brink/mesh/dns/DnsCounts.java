package dev.brink.mesh.dns;

import io.netty.handler.codec.dns.DnsResponseCode;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a responder does. Thread-safe. */
public final class DnsCounts {
  private final LongAdder answered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder malformed = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder limited = new LongAdder();

  void answered(DnsResponseCode code) {
    if (code.equals(DnsResponseCode.NOERROR) || code.equals(DnsResponseCode.NXDOMAIN)) {
      answered.increment();
    } else if (code.equals(DnsResponseCode.FORMERR)) {
      malformed.increment();
    } else {
      refused.increment();
    }
  }

  void malformed() {
    malformed.increment();
  }

  void refused() {
    refused.increment();
  }

  void dropped() {
    dropped.increment();
  }

  void limited() {
    limited.increment();
  }

  /** Queries answered from the zone, also that there is no such name. */
  public long answeredTotal() {
    return answered.sum();
  }

  /** Queries outside the zone, of another class or kind. */
  public long refusedTotal() {
    return refused.sum();
  }

  /** Queries that were not well-formed and were told so. */
  public long malformedTotal() {
    return malformed.sum();
  }

  /** What was no query, and got no answer. */
  public long droppedTotal() {
    return dropped.sum();
  }

  /** Queries beyond their network's rate. */
  public long limitedTotal() {
    return limited.sum();
  }
}
