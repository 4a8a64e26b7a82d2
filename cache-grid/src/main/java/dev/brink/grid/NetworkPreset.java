package dev.brink.grid;

import java.time.Duration;

/** How patient the grid is with a silent member: the price of one is that writes wait that long. */
public enum NetworkPreset {
  /** Members on one machine: 1 s. */
  LOCAL(Duration.ofSeconds(1)),
  /** Members in one network: 3 s. */
  LAN(Duration.ofSeconds(3)),
  /** Members far apart: 15 s. */
  WAN(Duration.ofSeconds(15));

  private final Duration failureDetection;

  NetworkPreset(Duration failureDetection) {
    this.failureDetection = failureDetection;
  }

  /** After how long a silent member counts as failed. */
  public Duration failureDetection() {
    return failureDetection;
  }
}
