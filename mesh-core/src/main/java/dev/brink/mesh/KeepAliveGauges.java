package dev.brink.mesh;

import dev.brink.mesh.function.InstanceKeeper;
import dev.brink.mesh.metrics.NodeMetrics;
import dev.brink.placement.warmth.WarmthPolicyKind;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What keeping instances warm does on this node, as metrics. */
final class KeepAliveGauges {
  static void register(NodeMetrics metrics, InstanceKeeper keeper) {
    metrics.counter("brink.keepalive.warmed", "Instances made ahead of calls", keeper::warmed);
    metrics.counter(
        "brink.keepalive.evicted",
        "Idle instances let go, for want of use or memory",
        keeper::evicted);
    metrics.counter(
        "brink.keepalive.switches", "How often another policy took over", keeper::switches);
    metrics
        .rows("brink.keepalive.active", "1 for the warmth policy in force, else 0")
        .register(rows(kind -> keeper.active(kind) ? 1 : 0));
    metrics
        .rows(
            "brink.keepalive.regret",
            "MB·s that a warmth policy costs, or would cost, more than the cheapest one")
        .register(rows(keeper::regret));
  }

  /** One for each warmth policy, read when it is asked for. */
  private static List<MultiGauge.Row<?>> rows(ToDoubleFunction<WarmthPolicyKind> value) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
      rows.add(MultiGauge.Row.of(Tags.of("policy", kind.spelling()), kind, value));
    }
    return rows;
  }

  private KeepAliveGauges() {}
}
