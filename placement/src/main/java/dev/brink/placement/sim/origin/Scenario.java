package dev.brink.placement.sim.origin;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Eight origins of four workers each, and what is the matter with them. */
enum Scenario {
  /** All alike: 10 ms of work, 2 ms away. */
  EVEN,
  /** One works four times as long. */
  ONE_SLOW {
    @Override
    SimulatedOrigin origin(int index) {
      return index == 0 ? EVEN.origin(index).working(40) : EVEN.origin(index);
    }
  },
  /** From 1 to 85 ms away. */
  FAR {
    @Override
    SimulatedOrigin origin(int index) {
      return EVEN.origin(index).away(1 + 12 * index);
    }
  },
  /** One stands still for two of every ten seconds. */
  STALLING {
    @Override
    SimulatedOrigin origin(int index) {
      return index == 0 ? EVEN.origin(index).stalling(10_000, 2_000) : EVEN.origin(index);
    }
  },
  /** One answers half of its requests with an error, at once. */
  FAILING_FAST {
    @Override
    SimulatedOrigin origin(int index) {
      return index == 0 ? EVEN.origin(index).failing(0.5) : EVEN.origin(index);
    }
  };

  private static final int ORIGINS = 8;

  SimulatedOrigin origin(int index) {
    return new SimulatedOrigin("origin-" + index, 4, 10, 2, 0, 0, 0);
  }

  List<SimulatedOrigin> origins() {
    var origins = new ArrayList<SimulatedOrigin>();
    for (int i = 0; i < ORIGINS; i++) {
      origins.add(origin(i));
    }
    return List.copyOf(origins);
  }

  String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
