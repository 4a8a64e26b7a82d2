package dev.brink.mesh.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP listener for clients.
 *
 * @param bindAddress where it listens
 * @param port 0: any free one
 * @param tls {@code null}: plain HTTP
 * @param maxRequestLineBytes longest request line
 * @param maxHeaders most header fields of a request
 * @param maxHeaderBytes largest header section of a request
 * @param maxBodyBytes largest body of a request
 * @param idleTimeout after which a connection without a request is closed
 * @param headerTimeout for a request's header section, from its first byte
 * @param bodyTimeout without a byte of a body that is being read
 * @param writeTimeout without a client's taking a byte of an answer that is there for it
 * @param pipelinedRequests most requests of one HTTP/1.1 connection that are read ahead
 * @param http2Streams most concurrent streams of one HTTP/2 connection
 * @param http2Resets most streams a client may reset in 30 seconds on one HTTP/2 connection
 * @param maxConnections most connections at once
 */
public record IngressConfig(
    String bindAddress,
    int port,
    @Nullable TlsFiles tls,
    int maxRequestLineBytes,
    int maxHeaders,
    int maxHeaderBytes,
    long maxBodyBytes,
    Duration idleTimeout,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration writeTimeout,
    int pipelinedRequests,
    int http2Streams,
    int http2Resets,
    int maxConnections) {

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.bindAddress = bindAddress;
    builder.port = port;
    if (tls != null) {
      builder.tlsCertificate = tls.certificate();
      builder.tlsKey = tls.key();
    }
    builder.maxRequestLineBytes = maxRequestLineBytes;
    builder.maxHeaders = maxHeaders;
    builder.maxHeaderBytes = maxHeaderBytes;
    builder.maxBodyBytes = maxBodyBytes;
    builder.idleTimeout = idleTimeout;
    builder.headerTimeout = headerTimeout;
    builder.bodyTimeout = bodyTimeout;
    builder.writeTimeout = writeTimeout;
    builder.pipelinedRequests = pipelinedRequests;
    builder.http2Streams = http2Streams;
    builder.http2Resets = http2Resets;
    builder.maxConnections = maxConnections;
    return builder;
  }

  /**
   * Defaults: {@code 127.0.0.1:8080} without TLS; request line 8 KiB, 100 header fields of 32 KiB
   * together, body 1 TiB; idle 60 s, header 10 s, body 30 s; 16 pipelined requests, 128 streams,
   * 200 resets, 16,384 connections.
   */
  public static final class Builder {
    private String bindAddress = "127.0.0.1";
    private int port = 8080;
    private @Nullable Path tlsCertificate;
    private @Nullable Path tlsKey;
    private int maxRequestLineBytes = 8 << 10;
    private int maxHeaders = 100;
    private int maxHeaderBytes = 32 << 10;
    private long maxBodyBytes = 1L << 40;
    private Duration idleTimeout = Duration.ofSeconds(60);
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration bodyTimeout = Duration.ofSeconds(30);
    private Duration writeTimeout = Duration.ofSeconds(30);
    private int pipelinedRequests = 16;
    private int http2Streams = 128;
    private int http2Resets = 200;
    private int maxConnections = 16_384;

    Builder() {}

    public Builder bindAddress(String address) {
      bindAddress = address;
      return this;
    }

    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    /** PEM file of the certificate chain; needs {@link #tlsKey} too. */
    public Builder tlsCertificate(Path file) {
      tlsCertificate = file;
      return this;
    }

    /** PEM file of the certificate's key; needs {@link #tlsCertificate} too. */
    public Builder tlsKey(Path file) {
      tlsKey = file;
      return this;
    }

    public Builder maxRequestLineBytes(int bytes) {
      maxRequestLineBytes = bytes;
      return this;
    }

    public Builder maxHeaders(int fields) {
      maxHeaders = fields;
      return this;
    }

    public Builder maxHeaderBytes(int bytes) {
      maxHeaderBytes = bytes;
      return this;
    }

    public Builder maxBodyBytes(long bytes) {
      maxBodyBytes = bytes;
      return this;
    }

    public Builder idleTimeout(Duration timeout) {
      idleTimeout = timeout;
      return this;
    }

    public Builder headerTimeout(Duration timeout) {
      headerTimeout = timeout;
      return this;
    }

    public Builder bodyTimeout(Duration timeout) {
      bodyTimeout = timeout;
      return this;
    }

    public Builder writeTimeout(Duration timeout) {
      writeTimeout = timeout;
      return this;
    }

    public Builder pipelinedRequests(int requests) {
      pipelinedRequests = requests;
      return this;
    }

    public Builder http2Streams(int streams) {
      http2Streams = streams;
      return this;
    }

    public Builder http2Resets(int resets) {
      http2Resets = resets;
      return this;
    }

    public Builder maxConnections(int connections) {
      maxConnections = connections;
      return this;
    }

    IngressConfig build() {
      return new IngressConfig(
          bindAddress,
          port,
          tls(),
          maxRequestLineBytes,
          maxHeaders,
          maxHeaderBytes,
          maxBodyBytes,
          idleTimeout,
          headerTimeout,
          bodyTimeout,
          writeTimeout,
          pipelinedRequests,
          http2Streams,
          http2Resets,
          maxConnections);
    }

    private @Nullable TlsFiles tls() {
      if (tlsCertificate == null && tlsKey == null) {
        return null;
      }
      if (tlsCertificate == null || tlsKey == null) {
        throw InvalidConfigException.of(
            tlsCertificate == null ? "ingress.tls.certificate" : "ingress.tls.key",
            "missing",
            "both of ingress.tls.certificate and ingress.tls.key, or neither");
      }
      return new TlsFiles(tlsCertificate, tlsKey);
    }
  }
}
