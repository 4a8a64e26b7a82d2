package dev.brink.mesh.nearest;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The round trips to clients' networks as this node's kernel measured them. Bounded: when it is
 * full, those heard of longest ago go. Thread-safe; told of every new connection.
 */
public final class ClientRtts {
  static final int MAX_PREFIXES = 8_192;
  static final long KEEP_NANOS = TimeUnit.HOURS.toNanos(1);

  private static final double WEIGHT = 0.3;
  private static final int DROPPED_SHARE = 8;
  private static final long MAX_RTT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Map<Long, Sample> samples = new ConcurrentHashMap<>();

  /**
   * What is known of a network.
   *
   * @param rttNanos moving average
   * @param atNanos when it was last measured
   */
  private record Sample(long rttNanos, long atNanos) {
    Sample with(long moreNanos, long nowNanos) {
      return new Sample((long) (rttNanos + WEIGHT * (moreNanos - rttNanos)), nowNanos);
    }
  }

  /** A network and the round trip to it. */
  record Measured(long prefix, long rttNanos) {}

  /** A round trip to a client was measured; one that is absurd is not taken. */
  public void measured(InetAddress client, long rttNanos, long nowNanos) {
    if (rttNanos <= 0 || rttNanos > MAX_RTT_NANOS) {
      return;
    }
    long prefix = ClientPrefix.of(client).packed();
    if (!samples.containsKey(prefix) && samples.size() >= MAX_PREFIXES) {
      makeRoom(nowNanos);
    }
    samples.merge(
        prefix,
        new Sample(rttNanos, nowNanos),
        (known, ignored) ->
            nowNanos - known.atNanos > KEEP_NANOS
                ? new Sample(rttNanos, nowNanos)
                : known.with(rttNanos, nowNanos));
  }

  private synchronized void makeRoom(long nowNanos) {
    if (samples.size() < MAX_PREFIXES) {
      return;
    }
    samples.entrySet().stream()
        .sorted(
            Comparator.comparingLong(
                (Map.Entry<Long, Sample> entry) -> entry.getValue().atNanos - nowNanos))
        .limit(MAX_PREFIXES / DROPPED_SHARE)
        .map(Map.Entry::getKey)
        .toList()
        .forEach(samples::remove);
  }

  /** The round trip to a network; -1 when it was not measured in the last hour. */
  long rttNanos(ClientPrefix prefix, long nowNanos) {
    Sample sample = samples.get(prefix.packed());
    return sample == null || nowNanos - sample.atNanos > KEEP_NANOS ? -1 : sample.rttNanos;
  }

  /** How many networks are known. */
  public int size() {
    return samples.size();
  }

  /** What was measured in the last hour, by prefix; forgets the rest. */
  List<Measured> recent(long nowNanos) {
    samples.values().removeIf(sample -> nowNanos - sample.atNanos > KEEP_NANOS);
    List<Measured> recent = new ArrayList<>();
    samples.forEach((prefix, sample) -> recent.add(new Measured(prefix, sample.rttNanos)));
    recent.sort(Comparator.comparingLong(Measured::prefix));
    return recent;
  }
}
