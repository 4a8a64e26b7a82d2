package dev.brink.cache;

/** A member of {@code Cache-Status} (RFC 9211), a structured field. */
final class StatusField {
  private final StringBuilder text;

  private StatusField(String cache) {
    text = new StringBuilder(64).append(cache);
  }

  /**
   * For one cache.
   *
   * @param name a token
   */
  static StatusField of(String name) {
    return new StatusField(name);
  }

  StatusField hit() {
    text.append(";hit");
    return this;
  }

  StatusField forwarded(Forward why) {
    text.append(";fwd=").append(why.token);
    return this;
  }

  /**
   * @param status of the response; 0: there was none
   */
  StatusField forwardStatus(int status) {
    if (status > 0) {
      text.append(";fwd-status=").append(status);
    }
    return this;
  }

  StatusField ttl(long seconds) {
    text.append(";ttl=").append(seconds);
    return this;
  }

  StatusField stored(boolean yes) {
    text.append(yes ? ";stored" : "");
    return this;
  }

  StatusField collapsed(boolean yes) {
    text.append(yes ? ";collapsed" : "");
    return this;
  }

  /**
   * @param token why it is as it is
   */
  StatusField detail(String token) {
    text.append(";detail=").append(token);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }

  /** Why a request went forward. */
  enum Forward {
    BYPASS("bypass"),
    METHOD("method"),
    URI_MISS("uri-miss"),
    VARY_MISS("vary-miss"),
    STALE("stale"),
    PARTIAL("partial"),
    REQUEST("request");

    private final String token;

    Forward(String token) {
      this.token = token;
    }
  }
}
