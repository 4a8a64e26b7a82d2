package dev.brink.grid;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicated maps as this process holds them. In Ignite they share one cache, a key there is
 * {@code map/key}.
 */
final class Mirror {
  static final int MAX_KEY_CHARS = 1024;
  static final int MAX_VALUE_BYTES = 8 << 20;

  /** The map of known members; its name is none that a caller can ask for. */
  static final String MEMBERS = "@members";

  private static final Logger log = LoggerFactory.getLogger(Mirror.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9._-]{1,64}");
  private static final int MAX_MAPS = 1024;

  private final ConcurrentHashMap<String, MirrorMap> maps = new ConcurrentHashMap<>();
  private final LongAdder weight = new LongAdder();
  private final Publisher publisher;
  private final HybridClock clock;
  private final Throttle driftWarnings = new Throttle(Duration.ofMinutes(1));
  private final Throttle badRecordWarnings = new Throttle(Duration.ofMinutes(1));

  Mirror(Publisher publisher, HybridClock clock) {
    this.publisher = publisher;
    this.clock = clock;
  }

  static String checkedName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "map: " + name + " (expected: 1 to 64 characters of a-z 0-9 - . _)");
    }
    return name;
  }

  static String storedKey(String map, String key) {
    return map + "/" + key;
  }

  MirrorMap map(String name) {
    return maps.computeIfAbsent(name, n -> new MirrorMap(n, publisher, weight));
  }

  Collection<MirrorMap> maps() {
    return Collections.unmodifiableCollection(maps.values());
  }

  /** How much the maps hold, in bytes, roughly. */
  long weight() {
    return weight.sum();
  }

  /** Takes in a record that another member, or this one, has stored in Ignite. Never waits. */
  void applyStored(String storedKey, byte[] bytes) {
    int slash = storedKey.indexOf('/');
    if (slash <= 0
        || (maps.size() >= MAX_MAPS && !maps.containsKey(storedKey.substring(0, slash)))) {
      warnOfBadRecord(storedKey, slash <= 0 ? "no map's name in the key" : "too many maps");
      return;
    }
    Slot slot;
    try {
      slot = Wire.decode(bytes);
    } catch (MalformedRecordException e) {
      warnOfBadRecord(storedKey, e.getMessage());
      return;
    }
    applied(map(storedKey.substring(0, slash)), storedKey.substring(slash + 1), slot);
  }

  boolean applied(MirrorMap map, String key, Slot slot) {
    if (!clock.observe(slot.stamp()) && driftWarnings.permits()) {
      log.warn(
          "clock of node {} is more than {} s ahead of this one's; its record of {}/{}, stamp {},"
              + " is kept, its time is not followed",
          slot.writer(),
          HybridClock.MAX_DRIFT.toSeconds(),
          map.name(),
          key,
          slot.stamp());
    }
    return map.apply(key, slot);
  }

  void purge(long beforeMillis) {
    for (MirrorMap map : maps.values()) {
      map.purge(beforeMillis);
    }
  }

  private void warnOfBadRecord(String storedKey, @Nullable String why) {
    if (badRecordWarnings.permits()) {
      log.warn("record {} in the grid is left out: {}", storedKey, why);
    }
  }
}
