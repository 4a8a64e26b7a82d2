package dev.brink.mesh.config;

import org.jspecify.annotations.Nullable;

/**
 * The admin API's listener.
 *
 * @param bindAddress where it listens
 * @param port 0: any free one
 * @param token what callers must present; {@code null}: the file {@code admin-token} in the data
 *     directory, made on first start
 */
public record AdminConfig(String bindAddress, int port, @Nullable Secret token) {

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.bindAddress = bindAddress;
    builder.port = port;
    builder.token = token;
    return builder;
  }

  /** Defaults: {@code 127.0.0.1:9090}, the data directory's token. */
  public static final class Builder {
    private String bindAddress = "127.0.0.1";
    private int port = 9090;
    private @Nullable Secret token;

    Builder() {}

    public Builder bindAddress(String address) {
      bindAddress = address;
      return this;
    }

    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    public Builder token(Secret newToken) {
      token = newToken;
      return this;
    }

    AdminConfig build() {
      return new AdminConfig(bindAddress, port, token);
    }
  }
}
