package dev.brink.cache;

import dev.brink.cache.wire.PurgeKind;
import dev.brink.cache.wire.PurgeMark;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The purges that hold, by what they name: looking one up costs the same however many objects it
 * hits. Thread-safe; looking takes no lock.
 *
 * <p>Bounded: when there are too many, the older half is replaced by one purge of everything as of
 * the newest hard and the newest soft of them, so that nothing they hit comes back.
 */
final class PurgeTable {
  static final int MAX_PURGES = 65_536;

  private static final Name EVERYTHING = new Name(Purge.Scope.ALL, "", "");

  /** How an object stands with the purges. */
  enum Standing {
    GOOD,
    /** To be validated before it is used as fresh. */
    SOFT,
    /** Not to be used. */
    HARD
  }

  private record Name(Purge.Scope scope, String space, String value) {}

  private record Mark(long softStamp, long hardStamp) {
    static final Mark NONE = new Mark(0, 0);

    static Mark of(Purge purge) {
      return purge.soft() ? new Mark(purge.stamp(), 0) : new Mark(0, purge.stamp());
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

  private final int maxPurges;
  private final ConcurrentHashMap<Name, Mark> marks = new ConcurrentHashMap<>();

  /** The lengths of the prefixes there are, ascending. */
  private volatile int[] prefixLengths = {};

  PurgeTable() {
    this(MAX_PURGES);
  }

  PurgeTable(int maxPurges) {
    this.maxPurges = maxPurges;
  }

  /** Takes note of a purge that has a stamp; returns whether it says anything new. */
  boolean add(Purge purge) {
    return add(new Name(purge.scope(), purge.space(), purge.value()), Mark.of(purge));
  }

  /** Takes note of what {@link #encode} gave. */
  void add(PurgeMark mark) {
    var _ =
        add(
            new Name(scope(mark.getKind()), mark.getSpace(), mark.getValue()),
            new Mark(mark.getSoftStamp(), mark.getHardStamp()));
  }

  private boolean add(Name name, Mark mark) {
    Mark before = marks.get(name);
    if (before != null && before.and(mark).equals(before)) {
      return false;
    }
    if (name.scope() == Purge.Scope.PREFIX) {
      addLength(name.value().length());
    }
    marks.merge(name, mark, Mark::and);
    if (marks.size() > maxPurges) {
      forgetOlderHalf();
    }
    return true;
  }

  private synchronized void addLength(int length) {
    if (Arrays.binarySearch(prefixLengths, length) < 0) {
      int[] longer = Arrays.copyOf(prefixLengths, prefixLengths.length + 1);
      longer[longer.length - 1] = length;
      Arrays.sort(longer);
      prefixLengths = longer;
    }
  }

  /** What takes their place is there before they go. */
  private synchronized void forgetOlderHalf() {
    if (marks.size() <= maxPurges) {
      return;
    }
    long[] stamps = marks.values().stream().mapToLong(Mark::newest).sorted().toArray();
    long limit = stamps[stamps.length / 2];
    Mark forgotten =
        marks.values().stream().filter(mark -> mark.newest() <= limit).reduce(Mark.NONE, Mark::and);
    marks.merge(EVERYTHING, forgotten, Mark::and);
    for (Iterator<Map.Entry<Name, Mark>> i = marks.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<Name, Mark> entry = i.next();
      if (entry.getValue().newest() <= limit && !entry.getKey().equals(EVERYTHING)) {
        i.remove();
      }
    }
  }

  /**
   * How something stands.
   *
   * @param url host and path, without a scheme
   * @param stamp of its fetch
   */
  Standing of(String space, String site, String url, List<String> tags, long stamp) {
    if (marks.isEmpty()) {
      return Standing.GOOD;
    }
    Mark mark = in("", site, url, tags);
    if (!space.isEmpty()) {
      mark = mark.and(in(space, site, url, tags));
    }
    return stamp <= mark.hardStamp()
        ? Standing.HARD
        : stamp <= mark.softStamp() ? Standing.SOFT : Standing.GOOD;
  }

  private Mark in(String space, String site, String url, List<String> tags) {
    Mark mark =
        Mark.NONE
            .and(marks.get(new Name(Purge.Scope.ALL, space, "")))
            .and(marks.get(new Name(Purge.Scope.HOST, space, site)))
            .and(marks.get(new Name(Purge.Scope.URL, space, url)));
    for (String tag : tags) {
      mark = mark.and(marks.get(new Name(Purge.Scope.TAG, space, tag)));
    }
    for (int length : prefixLengths) {
      if (length > url.length()) {
        break;
      }
      mark = mark.and(marks.get(new Name(Purge.Scope.PREFIX, space, url.substring(0, length))));
    }
    return mark;
  }

  int size() {
    return marks.size();
  }

  /** Gives all marks, each as it is when its turn comes. */
  void forEach(Consumer<PurgeMark> each) {
    marks.forEach((name, mark) -> each.accept(encode(name, mark)));
  }

  /** A purge as a mark that {@link #add(PurgeMark)} takes. */
  static PurgeMark encode(Purge purge) {
    return encode(new Name(purge.scope(), purge.space(), purge.value()), Mark.of(purge));
  }

  private static PurgeMark encode(Name name, Mark mark) {
    return PurgeMark.newBuilder()
        .setKind(kind(name.scope()))
        .setSpace(name.space())
        .setValue(name.value())
        .setSoftStamp(mark.softStamp())
        .setHardStamp(mark.hardStamp())
        .build();
  }

  private static PurgeKind kind(Purge.Scope scope) {
    return switch (scope) {
      case URL -> PurgeKind.PURGE_URL;
      case PREFIX -> PurgeKind.PURGE_PREFIX;
      case HOST -> PurgeKind.PURGE_HOST;
      case TAG -> PurgeKind.PURGE_TAG;
      case ALL -> PurgeKind.PURGE_ALL;
    };
  }

  private static Purge.Scope scope(PurgeKind kind) {
    return switch (kind) {
      case PURGE_URL -> Purge.Scope.URL;
      case PURGE_PREFIX -> Purge.Scope.PREFIX;
      case PURGE_HOST -> Purge.Scope.HOST;
      case PURGE_TAG -> Purge.Scope.TAG;
      case PURGE_ALL -> Purge.Scope.ALL;
      case UNRECOGNIZED ->
          throw new IllegalArgumentException("kind: " + kind + " (expected: one of this version)");
    };
  }
}
