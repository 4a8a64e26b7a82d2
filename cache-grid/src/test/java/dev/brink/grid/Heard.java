package dev.brink.grid;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps what a watch tells: {@code +key}, {@code -key}, and how often some was missed. */
class Heard implements KeyListener {
  private final Set<String> changes = ConcurrentHashMap.newKeySet();
  private final AtomicInteger gaps = new AtomicInteger();

  @Override
  public void changed(String key, Stamp version) {
    changes.add("+" + key);
  }

  @Override
  public void removed(String key) {
    changes.add("-" + key);
  }

  @Override
  public void missed() {
    gaps.incrementAndGet();
  }

  Set<String> changes() {
    return changes;
  }

  int gaps() {
    return gaps.get();
  }
}
