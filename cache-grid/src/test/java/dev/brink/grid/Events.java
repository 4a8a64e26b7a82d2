package dev.brink.grid;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a grid tells. */
final class Events implements GridListener {
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final Set<String> threads = ConcurrentHashMap.newKeySet();

  @Override
  public void memberJoined(Member member) {
    add("joined " + member.name());
  }

  @Override
  public void memberLeft(Member member, boolean failed) {
    add((failed ? "failed " : "left ") + member.name());
  }

  @Override
  public void stateChanged(GridState before, GridState now, String reason) {
    add(before + " to " + now);
  }

  List<String> heard() {
    return heard;
  }

  Set<String> threads() {
    return threads;
  }

  /** Waits until exactly these were heard, in that order. */
  void await(String... expected) {
    Grids.await("heard " + List.of(expected), () -> heard.equals(List.of(expected)));
  }

  private void add(String event) {
    threads.add(Thread.currentThread().getName());
    heard.add(event);
  }
}
