package dev.brink.exec;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** How many instances have invocations under way, counted by lane and on it. */
final class InstancesInUse {
  private final AtomicIntegerArray byLane;
  private final int most;

  InstancesInUse(int lanes, int most) {
    this.byLane = new AtomicIntegerArray(lanes);
    this.most = most;
  }

  /** Whether there may be no other. Lanes that ask at once may each have one more. Any thread. */
  boolean full() {
    if (most == Integer.MAX_VALUE) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < byLane.length(); i++) {
      sum += byLane.getOpaque(i);
    }
    return sum >= most;
  }

  /** On the lane. */
  void add(int lane, int more) {
    byLane.setOpaque(lane, byLane.getPlain(lane) + more);
  }
}
