package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * A small window of what is new, and a segmented LRU that takes from it only what is used more
 * often than what it would give up: W-TinyLFU, Einziger, Friedman, Manes: "TinyLFU: A Highly
 * Efficient Cache Admission Policy" (ACM ToS 2017).
 */
final class TinyLfuRule implements Rule {
  private static final int WINDOW_PART = 100;
  private static final byte WINDOW = 0;
  private static final byte PROBATION = 1;
  private static final byte PROTECTED = 2;

  private final Slots slots;
  private final long capacityBytes;
  private final long windowBytes;
  private final long protectedBytes;
  private final Links links;
  private final Links.Queue[] queues;
  private byte[] segment;
  private FrequencySketch sketch;

  TinyLfuRule(Slots slots, long capacityBytes) {
    this.slots = slots;
    this.capacityBytes = capacityBytes;
    windowBytes = capacityBytes / WINDOW_PART;
    protectedBytes = (capacityBytes - windowBytes) / 5 * 4;
    links = new Links(slots.capacity());
    queues = new Links.Queue[] {links.queue(), links.queue(), links.queue()};
    segment = new byte[slots.capacity()];
    sketch = new FrequencySketch(slots.capacity());
  }

  @Override
  public void resize(int count) {
    links.resize(count);
    segment = Arrays.copyOf(segment, count);
    sketch = new FrequencySketch(count);
  }

  @Override
  public void added(int slot, int evictionsSince) {
    sketch.increment(slots.key(slot));
    segment[slot] = WINDOW;
    queues[WINDOW].add(slot, slots.bytes(slot));
    while (slots.totalBytes() <= capacityBytes && queues[WINDOW].bytes() > windowBytes) {
      move(queues[WINDOW].oldest(), PROBATION);
    }
  }

  @Override
  public void used(int slot) {
    sketch.increment(slots.key(slot));
    if (segment[slot] != PROBATION) {
      queues[segment[slot]].toNewest(slot, slots.bytes(slot));
      return;
    }
    move(slot, PROTECTED);
    while (queues[PROTECTED].bytes() > protectedBytes) {
      move(queues[PROTECTED].oldest(), PROBATION);
    }
  }

  private void move(int slot, byte to) {
    queues[segment[slot]].remove(slot, slots.bytes(slot));
    segment[slot] = to;
    queues[to].add(slot, slots.bytes(slot));
  }

  @Override
  public void resized(int slot, long difference) {
    queues[segment[slot]].resized(difference);
  }

  @Override
  public void removed(int slot) {
    queues[segment[slot]].remove(slot, slots.bytes(slot));
  }

  @Override
  public int victim(int incoming) {
    int victim = mainVictim();
    if (queues[WINDOW].bytes() <= windowBytes && victim != NONE) {
      return victim;
    }
    int candidate = queues[WINDOW].oldest();
    if (victim == NONE || candidate == NONE) {
      return victim == NONE ? candidate : victim;
    }
    if (sketch.frequency(slots.key(candidate)) > sketch.frequency(slots.key(victim))) {
      move(candidate, PROBATION);
      return victim;
    }
    return candidate;
  }

  private int mainVictim() {
    return queues[PROBATION].isEmpty() ? queues[PROTECTED].oldest() : queues[PROBATION].oldest();
  }
}
