package dev.brink.mesh.config;

/**
 * The listener for other nodes' calls.
 *
 * @param bindAddress where it listens
 * @param port 0: any free one
 * @param advertiseAddress the host, or {@code host:port}, that other nodes connect to; empty: where
 *     it listens
 */
public record LinkConfig(String bindAddress, int port, String advertiseAddress) {

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.bindAddress = bindAddress;
    builder.port = port;
    builder.advertiseAddress = advertiseAddress;
    return builder;
  }

  /** Defaults: {@code 127.0.0.1:7400}, advertised as it is. */
  public static final class Builder {
    private String bindAddress = "127.0.0.1";
    private int port = 7400;
    private String advertiseAddress = "";

    Builder() {}

    public Builder bindAddress(String address) {
      bindAddress = address;
      return this;
    }

    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    public Builder advertiseAddress(String address) {
      advertiseAddress = address;
      return this;
    }

    LinkConfig build() {
      return new LinkConfig(bindAddress, port, advertiseAddress);
    }
  }
}
