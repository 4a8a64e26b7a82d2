package dev.brink.mesh.cli;

import dev.brink.mesh.proto.NodeList;
import dev.brink.mesh.proto.NodeView;
import java.util.Locale;

/** What people read of a list of nodes. */
final class NodesTable {
  private NodesTable() {}

  static Table of(NodeList nodes) {
    Table table =
        Table.of(
            "NODE", "STATE", ">RTT MS", ">LANES", ">BUSY", ">QUEUED", "INGRESS", "ADMIN", "ID");
    for (NodeView node : nodes.getNodesList()) {
      table.row(
          node.getName() + (node.getSelf() ? " *" : ""),
          node.getState(),
          rtt(node),
          node.getLanes(),
          node.getBusy(),
          node.getQueued(),
          node.getIngress(),
          node.getAdmin(),
          node.getId());
    }
    return table;
  }

  private static String rtt(NodeView node) {
    if (!Double.isNaN(node.getRttMillis())) {
      return String.format(Locale.ROOT, "%.2f", node.getRttMillis());
    }
    double estimate = node.getRttEstimateMillis();
    return Double.isNaN(estimate) || estimate == 0
        ? "-"
        : String.format(Locale.ROOT, "~%.2f", estimate);
  }
}
