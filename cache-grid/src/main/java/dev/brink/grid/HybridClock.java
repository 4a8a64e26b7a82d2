package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/**
 * A hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva, Leone: "Logical Physical Clocks",
 * OPODIS 2014): close to the time of day, never backwards, and later than every stamp it has
 * observed. Thread-safe.
 */
public final class HybridClock {
  /** How far a remote stamp may lie ahead of this node's time of day. */
  public static final Duration MAX_DRIFT = Duration.ofSeconds(60);

  private final UUID node;
  private final InstantSource time;
  private long wallMillis;
  private int counter;

  private HybridClock(UUID node, InstantSource time) {
    this.node = requireNonNull(node, "node");
    this.time = requireNonNull(time, "time");
  }

  /** A clock that stamps for a node. */
  public static HybridClock of(UUID node, InstantSource time) {
    return new HybridClock(node, time);
  }

  /** A stamp greater than every one given out or observed before. */
  public synchronized Stamp now() {
    long millis = time.millis();
    if (millis > wallMillis) {
      wallMillis = millis;
      counter = 0;
    } else {
      advance();
    }
    return new Stamp(wallMillis, counter, node);
  }

  /**
   * Makes sure that the stamps to come are greater than this one.
   *
   * @return false when the stamp lies more than {@link #MAX_DRIFT} ahead of the time of day, in
   *     which case the clock stays as it is
   */
  public synchronized boolean observe(Stamp remote) {
    if (isTooFarAhead(remote)) {
      return false;
    }
    if (remote.wallMillis() > wallMillis) {
      wallMillis = remote.wallMillis();
      counter = remote.counter();
    } else if (remote.wallMillis() == wallMillis && remote.counter() > counter) {
      counter = remote.counter();
    }
    return true;
  }

  /** Whether {@link #observe} would refuse the stamp. */
  public boolean isTooFarAhead(Stamp remote) {
    return remote.wallMillis() - time.millis() > MAX_DRIFT.toMillis();
  }

  private void advance() {
    if (counter == Integer.MAX_VALUE) {
      wallMillis++;
      counter = 0;
    } else {
      counter++;
    }
  }
}
