package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * A small queue tries newcomers, a main queue keeps what was used there or came back soon: Yang,
 * Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction" (SOSP 2023).
 */
final class S3FifoRule implements Rule {
  private static final int SMALL_PART = 10;
  private static final int MOST_USES = 3;

  private final Slots slots;
  private final long capacityBytes;
  private final Links links;
  private final Links.Queue small;
  private final Links.Queue main;
  private byte[] uses;
  private boolean[] inMain;

  S3FifoRule(Slots slots, long capacityBytes) {
    this.slots = slots;
    this.capacityBytes = capacityBytes;
    links = new Links(slots.capacity());
    small = links.queue();
    main = links.queue();
    uses = new byte[slots.capacity()];
    inMain = new boolean[slots.capacity()];
  }

  @Override
  public void resize(int count) {
    links.resize(count);
    uses = Arrays.copyOf(uses, count);
    inMain = Arrays.copyOf(inMain, count);
  }

  @Override
  public void added(int slot, int evictionsSince) {
    uses[slot] = 0;
    inMain[slot] = evictionsSince < slots.count() - slots.count() / SMALL_PART;
    queue(slot).add(slot, slots.bytes(slot));
  }

  private Links.Queue queue(int slot) {
    return inMain[slot] ? main : small;
  }

  @Override
  public void used(int slot) {
    uses[slot] = (byte) Math.min(MOST_USES, uses[slot] + 1);
  }

  @Override
  public void resized(int slot, long difference) {
    queue(slot).resized(difference);
  }

  @Override
  public void removed(int slot) {
    queue(slot).remove(slot, slots.bytes(slot));
  }

  @Override
  public int victim(int incoming) {
    while (!small.isEmpty() && (small.bytes() >= capacityBytes / SMALL_PART || main.isEmpty())) {
      int slot = small.oldest();
      if (uses[slot] <= 1) {
        return slot;
      }
      small.remove(slot, slots.bytes(slot));
      inMain[slot] = true;
      main.add(slot, slots.bytes(slot));
      uses[slot] = 0;
    }
    while (uses[main.oldest()] > 0) {
      int slot = main.oldest();
      uses[slot]--;
      main.toNewest(slot, slots.bytes(slot));
    }
    return main.oldest();
  }
}
