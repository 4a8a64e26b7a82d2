package dev.brink.mesh.origin;

import dev.brink.placement.origin.OriginSlot;
import java.util.concurrent.atomic.LongAdder;

/** One server of a pool: how to reach it, and what was counted. Thread-safe. */
final class Upstream {
  private final ServerAddress address;
  private final Connector connector;
  private final ConnectionPool connections;
  private final LongAdder total = new LongAdder();
  private final LongAdder failed = new LongAdder();

  Upstream(ServerAddress address, Connector connector, ConnectionPool connections) {
    this.address = address;
    this.connector = connector;
    this.connections = connections;
  }

  ServerAddress address() {
    return address;
  }

  Connector connector() {
    return connector;
  }

  ConnectionPool connections() {
    return connections;
  }

  void countAttempt() {
    total.increment();
  }

  void countFailure() {
    failed.increment();
  }

  ServerStatus status(OriginSlot slot, long nowNanos) {
    return new ServerStatus(
        address.id(),
        slot.weight(),
        slot.health(nowNanos),
        slot.active(),
        connections.connections(),
        connections.waiting(),
        total.sum(),
        failed.sum());
  }
}
