package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * A hand goes from old to new, forgives what was used since it last came by and gives up the rest:
 * Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is Simpler than LRU" (NSDI 2024).
 */
final class SieveRule implements Rule {
  private final Slots slots;
  private final Links links;
  private final Links.Queue order;
  private boolean[] visited;
  private int hand = NONE;

  SieveRule(Slots slots) {
    this.slots = slots;
    links = new Links(slots.capacity());
    order = links.queue();
    visited = new boolean[slots.capacity()];
  }

  @Override
  public void resize(int count) {
    links.resize(count);
    visited = Arrays.copyOf(visited, count);
  }

  @Override
  public void added(int slot, int evictionsSince) {
    visited[slot] = false;
    order.add(slot, slots.bytes(slot));
  }

  @Override
  public void used(int slot) {
    visited[slot] = true;
  }

  @Override
  public void resized(int slot, long difference) {
    order.resized(difference);
  }

  @Override
  public void removed(int slot) {
    if (hand == slot) {
      hand = order.newer(slot);
    }
    order.remove(slot, slots.bytes(slot));
  }

  @Override
  public int victim(int incoming) {
    int at = hand == NONE ? order.oldest() : hand;
    while (visited[at]) {
      visited[at] = false;
      at = order.newer(at) == NONE ? order.oldest() : order.newer(at);
    }
    hand = at;
    return at;
  }
}
