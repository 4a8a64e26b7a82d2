package dev.brink.cache.policy;

/** Gives up what the {@link ReuseModel} expects least of, for the room it takes. */
final class DensityRule extends ScoredRule {
  private final Slots slots;
  private final ReuseModel model;
  private int now;

  DensityRule(Slots slots, ReuseModel model, long seed) {
    super(slots, seed);
    this.slots = slots;
    this.model = model;
  }

  @Override
  double score(int slot) {
    long packed = slots.packed(slot);
    int age = now - Slots.lastUse(packed) + 1;
    return model.value(Slots.reuseClass(packed), age) * Slots.worth(packed);
  }

  private void see(int slot) {
    now = Slots.lastUse(slots.packed(slot));
  }

  @Override
  public void added(int slot, int evictionsSince) {
    see(slot);
  }

  @Override
  public void used(int slot) {
    see(slot);
  }

  @Override
  public void resize(int count) {}

  @Override
  public void resized(int slot, long difference) {}

  @Override
  public void removed(int slot) {}
}
