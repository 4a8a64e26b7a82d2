package dev.brink.mesh.config;

import java.time.Duration;

/**
 * Requests to servers outside the mesh: of origin pools, and those that functions fetch from.
 *
 * @param bodyTimeout without a byte of a body, a request's or an answer's
 */
public record OriginsConfig(Duration bodyTimeout) {

  Builder toBuilder() {
    return new Builder().bodyTimeout(bodyTimeout);
  }

  /** Default: 30 s. */
  public static final class Builder {
    private Duration bodyTimeout = Duration.ofSeconds(30);

    Builder() {}

    public Builder bodyTimeout(Duration timeout) {
      bodyTimeout = timeout;
      return this;
    }

    OriginsConfig build() {
      return new OriginsConfig(bodyTimeout);
    }
  }
}
