package dev.brink.exec.outbound;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where functions' own requests may go. By default: to every public address over HTTP and HTTPS;
 * not to loopback, private, link-local, multicast, reserved and metadata addresses, however they
 * are spelled or embedded in others, nor to ports that belong to other protocols or to the mesh.
 *
 * <p>Whoever makes the request has to ask twice: {@link #checkPort} before anything, and {@link
 * #permitted} with the addresses that the host's name stands for. It then connects to one of the
 * addresses it got back and to no other: looking the name up again could bring another answer. A
 * redirect is a new request.
 *
 * <p>Immutable; thread-safe.
 */
public final class OutboundPolicy {
  /** The Fetch Standard's bad ports: a request there could speak another protocol. */
  private static final Set<Integer> BAD_PORTS =
      Set.of(
          0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95,
          101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179,
          389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601,
          636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566,
          6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080);

  private final boolean open;
  private final Set<Integer> deniedPorts;
  private final List<OutboundTarget> allowed;

  private OutboundPolicy(Builder builder) {
    open = builder.open;
    deniedPorts = Set.copyOf(builder.deniedPorts);
    allowed = List.copyOf(builder.allowed);
  }

  /** Public addresses only. */
  public static OutboundPolicy publicOnly() {
    return builder().build();
  }

  /** Starts from {@link #publicOnly}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Says no before a name is looked up.
   *
   * @param host as in the URL, without brackets
   * @throws OutboundException when no request may go to the port
   */
  public void checkPort(String host, int port) {
    if (isAllowed(host, port)) {
      return;
    }
    if (!open) {
      throw new OutboundException(
          "fetch: " + host + " is not allowed (expected: a host that the node's settings name)");
    }
    if (BAD_PORTS.contains(port) || deniedPorts.contains(port)) {
      throw new OutboundException("fetch: port " + port + " is not allowed");
    }
  }

  /**
   * The addresses that may be connected to, in their order.
   *
   * @param host as in the URL, without brackets
   * @param found what the host's name stands for, or the address that it is
   * @throws OutboundException when there is none
   */
  public List<InetAddress> permitted(String host, int port, Collection<InetAddress> found) {
    if (isAllowed(host, port)) {
      return List.copyOf(found);
    }
    checkPort(host, port);
    var permitted = new ArrayList<InetAddress>(found.size());
    for (InetAddress address : found) {
      if (!SpecialAddresses.contain(address) || isAllowed(NetUtil.toAddressString(address), port)) {
        permitted.add(address);
      }
    }
    if (permitted.isEmpty()) {
      throw new OutboundException("fetch: " + host + " is not a public address");
    }
    return List.copyOf(permitted);
  }

  private boolean isAllowed(String host, int port) {
    for (OutboundTarget target : allowed) {
      if (target.is(host, port)) {
        return true;
      }
    }
    return false;
  }

  /** Defaults: open to public addresses, no further denied ports, nothing allowed beyond. */
  public static final class Builder {
    private boolean open = true;
    private Set<Integer> deniedPorts = Set.of();
    private List<OutboundTarget> allowed = List.of();

    private Builder() {}

    /** Whether public addresses can be reached; else only what is {@linkplain #allow allowed}. */
    public Builder open(boolean yes) {
      open = yes;
      return this;
    }

    /** Ports that cannot be reached anywhere, such as those that the mesh speaks on. */
    public Builder denyPorts(Collection<Integer> ports) {
      deniedPorts = new HashSet<>(ports);
      return this;
    }

    /** What can be reached whatever its address and port are. */
    public Builder allow(Collection<OutboundTarget> targets) {
      allowed = List.copyOf(targets);
      return this;
    }

    public OutboundPolicy build() {
      return new OutboundPolicy(this);
    }
  }
}
