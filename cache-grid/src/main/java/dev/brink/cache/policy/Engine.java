package dev.brink.cache.policy;

import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A cache without its contents: what it holds, what it held, and the rules over that. */
final class Engine {
  /** Makes an engine's rules; the last one decides until told otherwise. */
  interface Rules {
    List<Rule> over(Slots slots);
  }

  /** How many times as many evicted objects are remembered as are held. */
  private static final int REMEMBERED = 4;

  private static final int FIRST_HISTORY = 16_384;

  private final long capacityBytes;
  private final Slots slots;
  private final @Nullable History history;
  private final Rule[] rules;
  private Rule active;

  /**
   * @param mostHistory how many evicted objects it remembers at most; 0: its rules need none
   */
  Engine(long capacityBytes, int expected, int mostHistory, Rules makes) {
    this.capacityBytes = capacityBytes;
    slots = new Slots(expected);
    history =
        mostHistory == 0
            ? null
            : new History(Math.max(FIRST_HISTORY, expected * REMEMBERED), mostHistory);
    rules = makes.over(slots).toArray(Rule[]::new);
    active = rules[rules.length - 1];
  }

  Slots slots() {
    return slots;
  }

  void activate(Rule rule) {
    active = rule;
  }

  Rule rule(int number) {
    return rules[number];
  }

  int find(long key) {
    return slots.find(key);
  }

  void use(int slot, int now) {
    long packed = slots.packed(slot);
    int uses = slots.uses(slot) + 1;
    slots.setUses(slot, uses);
    int reuseClass = ReuseModel.classOf(slots.uses(slot), now - Slots.lastUse(packed));
    slots.pack(slot, now, reuseClass, Slots.worth(packed));
    for (Rule rule : rules) {
      rule.used(slot);
    }
  }

  /**
   * Takes an object in that is not there, and gives up others for it.
   *
   * @param worth of a byte
   * @return whether it is there now
   */
  boolean admit(long key, long bytes, float worth, int now, LongConsumer evicted) {
    if (bytes > capacityBytes) {
      return false;
    }
    int slot = place(key, bytes, worth, now);
    int evictionsSince = evictionsSince(key);
    for (Rule rule : rules) {
      rule.added(slot, evictionsSince);
    }
    if (history != null) {
      int known = history.find(key);
      if (known != History.NONE) {
        history.forget(known);
      }
    }
    return makeRoom(slot, evicted);
  }

  /**
   * Whether {@link #admit} would keep an object. The contents stay as they are, and so do the rules
   * but for the active one, which sees the object come and go.
   */
  boolean tryOut(long key, long bytes, float worth, int now) {
    if (bytes > capacityBytes || slots.totalBytes() + bytes <= capacityBytes) {
      return bytes <= capacityBytes;
    }
    int slot = place(key, bytes, worth, now);
    active.added(slot, evictionsSince(key));
    boolean kept = active.victim(slot) != slot;
    active.removed(slot);
    slots.remove(slot);
    return kept;
  }

  /** How many evictions ago an object was evicted, or {@link Rule#NEVER}. */
  private int evictionsSince(long key) {
    int known = history == null ? History.NONE : history.find(key);
    return history == null || known == History.NONE ? Rule.NEVER : history.evictionsSince(known);
  }

  /** Adds an object for which there may be no room yet, and of which no rule knows yet. */
  private int place(long key, long bytes, float worth, int now) {
    if (slots.isFull()) {
      slots.grow();
      for (Rule rule : rules) {
        rule.resize(slots.capacity());
      }
    }
    int uses = 1;
    int reuseClass = 0;
    int known = history == null ? History.NONE : history.find(key);
    if (history != null && known != History.NONE) {
      uses = Math.min(history.uses(known) + 1, Byte.MAX_VALUE);
      reuseClass = ReuseModel.classOf(uses, now - history.lastUse(known));
    }
    int slot = slots.add(key, bytes);
    slots.setUses(slot, uses);
    slots.pack(slot, now, reuseClass, worth);
    return slot;
  }

  /** An object has another size or worth now. */
  boolean update(int slot, long bytes, float worth, LongConsumer evicted) {
    long difference = bytes - slots.bytes(slot);
    slots.setBytes(slot, bytes);
    long packed = slots.packed(slot);
    slots.pack(slot, Slots.lastUse(packed), Slots.reuseClass(packed), worth);
    for (Rule rule : rules) {
      rule.resized(slot, difference);
    }
    return makeRoom(slot, evicted);
  }

  private boolean makeRoom(int incoming, LongConsumer evicted) {
    while (slots.totalBytes() > capacityBytes) {
      int victim = active.victim(incoming);
      long key = slots.key(victim);
      if (history != null) {
        if (history.isFull()) {
          history.grow(slots.capacity() * REMEMBERED);
        }
        history.add(key, Slots.lastUse(slots.packed(victim)), slots.uses(victim));
      }
      remove(victim);
      evicted.accept(key);
      if (victim == incoming) {
        return false;
      }
    }
    return true;
  }

  void remove(int slot) {
    for (Rule rule : rules) {
      rule.removed(slot);
    }
    slots.remove(slot);
  }
}
