package dev.brink.cache.policy;

/** Gives up what was not used for longest. */
final class LruRule implements Rule {
  private final Slots slots;
  private final Links links;
  private final Links.Queue order;

  LruRule(Slots slots) {
    this.slots = slots;
    links = new Links(slots.capacity());
    order = links.queue();
  }

  @Override
  public void resize(int count) {
    links.resize(count);
  }

  @Override
  public void added(int slot, int evictionsSince) {
    order.add(slot, slots.bytes(slot));
  }

  @Override
  public void used(int slot) {
    order.toNewest(slot, slots.bytes(slot));
  }

  @Override
  public void resized(int slot, long difference) {
    order.resized(difference);
  }

  @Override
  public void removed(int slot) {
    order.remove(slot, slots.bytes(slot));
  }

  @Override
  public int victim(int incoming) {
    return order.oldest();
  }
}
