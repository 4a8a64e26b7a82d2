package dev.brink.mesh;

import dev.brink.exec.FunctionRuntime;
import dev.brink.exec.Limit;
import dev.brink.grid.Grid;
import dev.brink.grid.GridState;
import dev.brink.mesh.link.LinkServer;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.metrics.NodeMetrics;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.schedule.Schedules;
import java.util.Locale;
import java.util.function.Supplier;

/** What a node as a whole has to measure: its place in the grid, its lanes, what is deployed. */
final class NodeGauges {
  private NodeGauges() {}

  static void grid(NodeMetrics metrics, Grid grid, Links links) {
    metrics.gauge(
        "brink.members",
        "Nodes in the grid, this one included",
        () -> grid.membership().members().size());
    metrics.gauge("brink.links", "Links to peers that are up", () -> links.up().size());
    metrics.gauge(
        "brink.grid.connected",
        "1 while the grid takes writes, else 0",
        () -> grid.state() == GridState.CONNECTED ? 1 : 0);
  }

  static void control(NodeMetrics metrics, Links links, LinkServer server) {
    metrics.counter(
        "brink.control.bytes.sent",
        "Bytes of load reports, news and pings sent over links",
        () -> links.traffic().sentBytes() + server.traffic().sentBytes());
    metrics.counter(
        "brink.control.bytes.received",
        "Bytes of load reports, news and pings received over links",
        () -> links.traffic().receivedBytes() + server.traffic().receivedBytes());
  }

  static void lanes(NodeMetrics metrics, FunctionRuntime runtime) {
    metrics.gauge("brink.lanes", "Threads that run functions", () -> runtime.load().lanes());
    metrics.gauge("brink.lanes.busy", "Lanes that run one now", () -> runtime.load().busy());
    metrics.gauge(
        "brink.lanes.overtime",
        "Invocations that go on beside their lanes",
        () -> runtime.load().overtime());
    metrics.gauge(
        "brink.lanes.queued", "Invocations that wait for a lane", () -> runtime.load().queued());
    metrics.counter(
        "brink.lanes.abandoned",
        "Lanes given up because a guest could not be stopped",
        () -> runtime.load().abandonedLanes());
    metrics.gauge(
        "brink.lanes.stuck",
        "Threads given up because a guest could not be stopped, that it keeps still",
        () -> runtime.health().stuckThreads());
    metrics.gauge(
        "brink.functions.unhealthy",
        "1 while so many threads are stuck that peers and balancers should send nothing here",
        () -> runtime.health().unhealthy() ? 1 : 0);
  }

  static void instances(NodeMetrics metrics, FunctionRuntime runtime) {
    metrics.gauge(
        "brink.instances",
        "Instances of functions that are here now",
        () -> runtime.instances().open());
    metrics.counter(
        "brink.instances.made",
        "Instances of functions made here, ahead of invocations or for them",
        () -> runtime.instances().made());
    metrics.counter(
        "brink.instances.recycled",
        "Instances of functions replaced here because of their age or use",
        () -> runtime.instances().recycled());
  }

  static void limits(NodeMetrics metrics, FunctionRuntime runtime) {
    for (Limit limit : Limit.values()) {
      metrics.counter(
          "brink.function.limits",
          "How often functions met one of their limits here",
          "limit",
          limit.name().toLowerCase(Locale.ROOT).replace('_', '-'),
          () -> runtime.limitsMet(limit));
    }
    metrics.gauge(
        "brink.function.cpu.credit.least",
        "Credit of processor time that the function with the least has left here, from 0 to 1",
        runtime::leastCpuCredit);
  }

  static void webSockets(NodeMetrics metrics, FunctionRuntime runtime) {
    metrics.gauge(
        "brink.websockets.open",
        "Functions' WebSockets that are open here",
        () -> runtime.webSockets().open());
    metrics.counter(
        "brink.websockets.opened",
        "Functions' WebSockets opened here",
        () -> runtime.webSockets().opened());
    metrics.counter(
        "brink.websockets.failed",
        "Of these, the ones that ended without a close of both ends",
        () -> runtime.webSockets().failed());
    metrics.counter(
        "brink.websockets.refused",
        "Functions' WebSockets that were not opened, because the node had as many as it may",
        () -> runtime.webSockets().refused());
    metrics.counter(
        "brink.websockets.refused.tenant",
        "The same, because a tenant had as many as it may",
        () -> runtime.webSockets().refusedToOwners());
    metrics.counter(
        "brink.websockets.messages.received",
        "Messages that functions received",
        () -> runtime.webSockets().received());
    metrics.counter(
        "brink.websockets.messages.sent",
        "Messages that functions sent",
        () -> runtime.webSockets().sent());
  }

  static void schedules(NodeMetrics metrics, Schedules schedules) {
    metrics.counter("brink.schedule.ticks", "Ticks of schedules run here", schedules::ran);
    metrics.counter(
        "brink.schedule.missed",
        "Ticks that failed here, or could not be claimed",
        schedules::missed);
  }

  static void secrets(NodeMetrics metrics, Registry registry) {
    metrics.gauge("brink.secrets", "Functions' secrets in the mesh", registry::secretCount);
    metrics.gauge(
        "brink.secrets.unreadable",
        "Of these, the ones that no key of this node opens",
        registry::unreadableSecrets);
  }

  static void deployed(NodeMetrics metrics, Registry registry, Supplier<Snapshot> snapshot) {
    metrics.gauge(
        "brink.deployments",
        "Names that stand for something",
        () -> snapshot.get().deployments().size());
    metrics.gauge(
        "brink.versions.loaded",
        "Function versions loaded here",
        () -> snapshot.get().versions().size());
    metrics.gauge(
        "brink.deployments.unreadable",
        "Names not served here, as this node can't read what was deployed",
        registry::unreadableDeployments);
    metrics.gauge(
        "brink.snapshot.unwritten",
        "1 while something deployed could not be written to the data directory, else 0",
        () -> registry.unwritten() ? 1 : 0);
  }
}
