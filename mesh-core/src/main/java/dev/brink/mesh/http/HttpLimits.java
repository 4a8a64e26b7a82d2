package dev.brink.mesh.http;

import java.time.Duration;

/**
 * What one HTTP server takes from its clients. Every number is a bound that a client can run into;
 * what then happens is said with each.
 *
 * @param maxConnections open connections; more are answered 503 and closed. Default 20,000
 * @param maxRequestLineBytes method, target and version; 414. Default 8 KiB
 * @param maxHeaderBytes all header lines, and all trailer lines; 431. Default 16 KiB
 * @param maxHeaders header lines; 431. Default 100
 * @param maxBodyBytes a request's body; 413. Default 1 GiB
 * @param bodyBufferBytes held of one body whose reader is slow before the client is no longer read
 *     from. Default 64 KiB
 * @param maxDrainBytes read and thrown away of a body that nobody wants, to keep the connection;
 *     with more to come it is closed. Default 256 KiB
 * @param maxPipelined HTTP/1.1 requests of a connection under way at once; then the client is not
 *     read from. Default 16
 * @param maxStreams HTTP/2 requests of a connection under way at once; more streams are refused.
 *     Default 128
 * @param maxResets HTTP/2 streams a client may reset in a {@code floodWindow}; then the connection
 *     ends with ENHANCE_YOUR_CALM. Default 200
 * @param maxControlFrames HTTP/2 settings and pings a client may send in a {@code floodWindow};
 *     then the connection ends with ENHANCE_YOUR_CALM. Default 3,000
 * @param floodWindow default 30 s
 * @param headerTimeout from a request's first byte to the end of its headers, and for a TLS
 *     handshake; 408. Default 10 s
 * @param bodyTimeout between two pieces of a body while the server is ready to read; 408. Default
 *     30 s
 * @param writeTimeout without any progress in sending what is there to send; the connection or
 *     stream is broken off. Default 30 s
 * @param idleTimeout without a request under way; the connection is closed. Default 60 s
 * @param upgradedIdleTimeout without a byte either way on an upgraded connection; closed. Default
 *     10 min
 */
public record HttpLimits(
    int maxConnections,
    int maxRequestLineBytes,
    int maxHeaderBytes,
    int maxHeaders,
    long maxBodyBytes,
    int bodyBufferBytes,
    int maxDrainBytes,
    int maxPipelined,
    int maxStreams,
    int maxResets,
    int maxControlFrames,
    Duration floodWindow,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration writeTimeout,
    Duration idleTimeout,
    Duration upgradedIdleTimeout) {

  private static final HttpLimits DEFAULTS = new Builder().build();

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException when a bound is not positive
   */
  public HttpLimits {
    positive("maxConnections", maxConnections);
    positive("maxRequestLineBytes", maxRequestLineBytes);
    positive("maxHeaderBytes", maxHeaderBytes);
    positive("maxHeaders", maxHeaders);
    positive("maxBodyBytes", maxBodyBytes);
    positive("bodyBufferBytes", bodyBufferBytes);
    positive("maxDrainBytes", maxDrainBytes);
    positive("maxPipelined", maxPipelined);
    positive("maxStreams", maxStreams);
    positive("maxResets", maxResets);
    positive("maxControlFrames", maxControlFrames);
    positive("floodWindow", floodWindow.toMillis());
    positive("headerTimeout", headerTimeout.toMillis());
    positive("bodyTimeout", bodyTimeout.toMillis());
    positive("writeTimeout", writeTimeout.toMillis());
    positive("idleTimeout", idleTimeout.toMillis());
    positive("upgradedIdleTimeout", upgradedIdleTimeout.toMillis());
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  public static HttpLimits defaults() {
    return DEFAULTS;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects {@link HttpLimits}; what is not set has its default. Not thread-safe. */
  public static final class Builder {
    private int maxConnections = 20_000;
    private int maxRequestLineBytes = 8 * 1024;
    private int maxHeaderBytes = 16 * 1024;
    private int maxHeaders = 100;
    private long maxBodyBytes = 1L << 30;
    private int bodyBufferBytes = 64 * 1024;
    private int maxDrainBytes = 256 * 1024;
    private int maxPipelined = 16;
    private int maxStreams = 128;
    private int maxResets = 200;
    private int maxControlFrames = 3_000;
    private Duration floodWindow = Duration.ofSeconds(30);
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration bodyTimeout = Duration.ofSeconds(30);
    private Duration writeTimeout = Duration.ofSeconds(30);
    private Duration idleTimeout = Duration.ofSeconds(60);
    private Duration upgradedIdleTimeout = Duration.ofMinutes(10);

    private Builder() {}

    public Builder maxConnections(int value) {
      maxConnections = value;
      return this;
    }

    public Builder maxRequestLineBytes(int value) {
      maxRequestLineBytes = value;
      return this;
    }

    public Builder maxHeaderBytes(int value) {
      maxHeaderBytes = value;
      return this;
    }

    public Builder maxHeaders(int value) {
      maxHeaders = value;
      return this;
    }

    public Builder maxBodyBytes(long value) {
      maxBodyBytes = value;
      return this;
    }

    public Builder bodyBufferBytes(int value) {
      bodyBufferBytes = value;
      return this;
    }

    public Builder maxDrainBytes(int value) {
      maxDrainBytes = value;
      return this;
    }

    public Builder maxPipelined(int value) {
      maxPipelined = value;
      return this;
    }

    public Builder maxStreams(int value) {
      maxStreams = value;
      return this;
    }

    public Builder maxResets(int value) {
      maxResets = value;
      return this;
    }

    public Builder maxControlFrames(int value) {
      maxControlFrames = value;
      return this;
    }

    public Builder floodWindow(Duration value) {
      floodWindow = value;
      return this;
    }

    public Builder headerTimeout(Duration value) {
      headerTimeout = value;
      return this;
    }

    public Builder bodyTimeout(Duration value) {
      bodyTimeout = value;
      return this;
    }

    public Builder writeTimeout(Duration value) {
      writeTimeout = value;
      return this;
    }

    public Builder idleTimeout(Duration value) {
      idleTimeout = value;
      return this;
    }

    public Builder upgradedIdleTimeout(Duration value) {
      upgradedIdleTimeout = value;
      return this;
    }

    /**
     * The limits as set.
     *
     * @throws IllegalArgumentException when a bound is not positive
     */
    public HttpLimits build() {
      return new HttpLimits(
          maxConnections,
          maxRequestLineBytes,
          maxHeaderBytes,
          maxHeaders,
          maxBodyBytes,
          bodyBufferBytes,
          maxDrainBytes,
          maxPipelined,
          maxStreams,
          maxResets,
          maxControlFrames,
          floodWindow,
          headerTimeout,
          bodyTimeout,
          writeTimeout,
          idleTimeout,
          upgradedIdleTimeout);
    }
  }
}
