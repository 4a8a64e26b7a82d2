package dev.brink.exec;

import java.util.ArrayList;
import java.util.List;

/** The unfinished invocations of one instance, each of which knows its place. On the lane. */
final class Runs {
  private final List<Run> all = new ArrayList<>();

  /** As they are now. */
  List<Run> all() {
    return List.copyOf(all);
  }

  int size() {
    return all.size();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  void add(Run run) {
    run.slot = all.size();
    all.add(run);
  }

  /** Does nothing with one that is not there. */
  void remove(Run run) {
    int slot = run.slot;
    if (slot >= 0) {
      run.slot = -1;
      Run last = all.removeLast();
      if (slot < all.size()) {
        all.set(slot, last);
        last.slot = slot;
      }
    }
  }

  void clear() {
    while (!all.isEmpty()) {
      remove(all.getLast());
    }
  }
}
