package dev.brink.exec;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** How often functions of a runtime met each limit. Thread-safe. */
final class LimitCounts {
  private final Map<Limit, LongAdder> counts = new EnumMap<>(Limit.class);

  LimitCounts() {
    for (Limit limit : Limit.values()) {
      counts.put(limit, new LongAdder());
    }
  }

  void met(Limit limit) {
    Objects.requireNonNull(counts.get(limit), "limit").increment();
  }

  long of(Limit limit) {
    return Objects.requireNonNull(counts.get(limit), "limit").sum();
  }
}
