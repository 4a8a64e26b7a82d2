package dev.brink.cache;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The purges that hold, by what they name: looking one up costs the same however many objects it
 * hits. Thread-safe; looking takes no lock.
 *
 * <p>Bounded: when there are too many, the older half is replaced by one soft purge of everything
 * as of the newest of them, so that nothing they hit comes back.
 */
final class PurgeTable {
  static final int MAX_PURGES = 65_536;

  /** How an object stands with the purges. */
  enum Standing {
    GOOD,
    /** To be validated before it is used as fresh. */
    SOFT,
    /** Not to be used. */
    HARD
  }

  private record Mark(long softStamp, long hardStamp) {
    static final Mark NONE = new Mark(0, 0);

    Mark with(Purge purge) {
      return purge.soft()
          ? new Mark(Math.max(softStamp, purge.stamp()), hardStamp)
          : new Mark(softStamp, Math.max(hardStamp, purge.stamp()));
    }

    Mark and(@Nullable Mark other) {
      return other == null
          ? this
          : new Mark(Math.max(softStamp, other.softStamp), Math.max(hardStamp, other.hardStamp));
    }

    long newest() {
      return Math.max(softStamp, hardStamp);
    }
  }

  private final ConcurrentHashMap<String, Mark> marks = new ConcurrentHashMap<>();

  /** The lengths of the prefixes there are, ascending. */
  private volatile int[] prefixLengths = {};

  /** Everything is at least this outdated. */
  private volatile Mark floor = Mark.NONE;

  /** Takes note of a purge that has a stamp. */
  void add(Purge purge) {
    if (purge.scope() == Purge.Scope.PREFIX) {
      addLength(purge.value().length());
    }
    marks.merge(
        name(purge.scope(), purge.space(), purge.value()),
        Mark.NONE.with(purge),
        (before, added) -> before.and(added));
    if (marks.size() > MAX_PURGES) {
      forgetOlderHalf();
    }
  }

  private synchronized void addLength(int length) {
    if (Arrays.binarySearch(prefixLengths, length) < 0) {
      int[] longer = Arrays.copyOf(prefixLengths, prefixLengths.length + 1);
      longer[longer.length - 1] = length;
      Arrays.sort(longer);
      prefixLengths = longer;
    }
  }

  private synchronized void forgetOlderHalf() {
    if (marks.size() <= MAX_PURGES) {
      return;
    }
    long[] stamps = marks.values().stream().mapToLong(Mark::newest).sorted().toArray();
    long limit = stamps[stamps.length / 2];
    floor = floor.and(new Mark(limit, floor.hardStamp()));
    for (Iterator<Map.Entry<String, Mark>> i = marks.entrySet().iterator(); i.hasNext(); ) {
      if (i.next().getValue().newest() <= limit) {
        i.remove();
      }
    }
  }

  private static String name(Purge.Scope scope, String space, String value) {
    return scope.name() + ' ' + space + ' ' + value;
  }

  /**
   * How something stands.
   *
   * @param url host and path, without a scheme
   * @param stamp of its fetch
   */
  Standing of(String space, String site, String url, List<String> tags, long stamp) {
    Mark mark = floor;
    if (!marks.isEmpty()) {
      mark = mark.and(in("", site, url, tags));
      if (!space.isEmpty()) {
        mark = mark.and(in(space, site, url, tags));
      }
    }
    return stamp <= mark.hardStamp()
        ? Standing.HARD
        : stamp <= mark.softStamp() ? Standing.SOFT : Standing.GOOD;
  }

  private Mark in(String space, String site, String url, List<String> tags) {
    Mark mark =
        Mark.NONE
            .and(marks.get(name(Purge.Scope.ALL, space, "")))
            .and(marks.get(name(Purge.Scope.HOST, space, site)))
            .and(marks.get(name(Purge.Scope.URL, space, url)));
    for (String tag : tags) {
      mark = mark.and(marks.get(name(Purge.Scope.TAG, space, tag)));
    }
    for (int length : prefixLengths) {
      if (length > url.length()) {
        break;
      }
      mark = mark.and(marks.get(name(Purge.Scope.PREFIX, space, url.substring(0, length))));
    }
    return mark;
  }

  int size() {
    return marks.size();
  }
}
