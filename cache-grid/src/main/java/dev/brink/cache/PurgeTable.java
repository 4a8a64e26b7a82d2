package dev.brink.cache;

import dev.brink.cache.wire.PurgeKind;
import dev.brink.cache.wire.PurgeMark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
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

  /** What was dropped here alone, by a name that no purge has. */
  private static final Name DROPPED = new Name(Purge.Scope.PREFIX, "", "");

  /** How an object stands with the purges. */
  enum Standing {
    GOOD,
    /** To be validated before it is used as fresh. */
    SOFT,
    /** It may be one of the others, which is not known: to be validated before it is used. */
    DOUBTFUL,
    /** Not to be used. */
    HARD
  }

  private record Name(Purge.Scope scope, String space, String value) {
    Purge purge(boolean soft, long stamp) {
      return new Purge(scope, space, value, soft, stamp);
    }
  }

  /**
   * @param hardSaid the stamp that whoever purged gave it
   */
  private record Mark(long softStamp, long hardStamp, long hardSaid) {
    static final Mark NONE = new Mark(0, 0, 0);

    static Mark of(Purge purge, long said) {
      return purge.soft() ? new Mark(purge.stamp(), 0, 0) : new Mark(0, purge.stamp(), said);
    }

    Mark and(@Nullable Mark other) {
      return other == null
          ? this
          : new Mark(
              Math.max(softStamp, other.softStamp),
              Math.max(hardStamp, other.hardStamp),
              Math.max(hardSaid, other.hardSaid));
    }

    long newest() {
      return Math.max(softStamp, hardStamp);
    }
  }

  private final int maxPurges;
  private final ConcurrentHashMap<Name, Mark> marks = new ConcurrentHashMap<>();
  private final AtomicLong hardHeard = new AtomicLong();

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
    return add(purge, purge.stamp());
  }

  /**
   * The same of one that was made elsewhere.
   *
   * @param said the stamp that it was given there
   */
  boolean add(Purge purge, long said) {
    return add(new Name(purge.scope(), purge.space(), purge.value()), Mark.of(purge, said));
  }

  /** All that was fetched until then is of no use here, which says nothing of other caches. */
  PurgeMark drop(long stamp) {
    var mark = new Mark(0, stamp, 0);
    var _ = add(DROPPED, mark);
    return encode(DROPPED, mark);
  }

  /** Takes note of what {@link #encode} gave. */
  void add(PurgeMark mark) {
    var _ =
        add(
            new Name(scope(mark.getKind()), mark.getSpace(), mark.getValue()),
            new Mark(
                mark.getSoftStamp(),
                mark.getHardStamp(),
                mark.hasHardSaid() ? mark.getHardSaid() : mark.getHardStamp()));
  }

  private boolean add(Name name, Mark mark) {
    Mark before = marks.get(name);
    if (before != null && before.and(mark).equals(before)) {
      return false;
    }
    if (name.scope() == Purge.Scope.PREFIX) {
      addLength(name.value().length());
    }
    if (mark.hardStamp() > 0) {
      hardHeard.incrementAndGet();
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
    marks.forEach(
        (name, mark) -> {
          if (mark.newest() <= limit && !name.equals(EVERYTHING) && !name.equals(DROPPED)) {
            marks.merge(EVERYTHING, mark, Mark::and);
            // Unless there is a newer one of that name by now, which stays.
            marks.remove(name, mark);
          }
        });
  }

  /**
   * How something stands.
   *
   * @param url host and path, without a scheme
   * @param stamp of its fetch
   */
  Standing of(String space, String site, String url, List<String> tags, long stamp) {
    return of(space, site, url, tags, stamp, stamp);
  }

  /**
   * The same of something that another cache has, where it was put.
   *
   * @param stamp of when it was put
   * @param fetched the stamp of when this cache asked for it
   */
  Standing of(String space, String site, String url, List<String> tags, long stamp, long fetched) {
    if (marks.isEmpty()) {
      return Standing.GOOD;
    }
    Mark mark = space.isEmpty() ? Mark.NONE : in(space, site, url, tags);
    mark = mark.and(in("", site, url, tags));
    return fetched <= mark.hardStamp() || stamp <= mark.hardSaid()
        ? Standing.HARD
        : stamp <= mark.softStamp() ? Standing.SOFT : Standing.GOOD;
  }

  /** What is summed up meanwhile is found nevertheless: everything is looked at last. */
  private Mark in(String space, String site, String url, List<String> tags) {
    Mark mark =
        Mark.NONE
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
    return mark.and(marks.get(new Name(Purge.Scope.ALL, space, "")));
  }

  /** How many hard purges it has heard of until now, forgotten ones too. */
  long hardHeard() {
    return hardHeard.get();
  }

  int size() {
    return marks.size();
  }

  /** Whether it holds this one, or a later one of the same name. */
  boolean knows(Purge purge) {
    Mark mark = marks.get(new Name(purge.scope(), purge.space(), purge.value()));
    return mark != null && mark.and(Mark.of(purge, purge.stamp())).equals(mark);
  }

  /** The purges that hold as of a stamp or later, in no order, without what was only dropped. */
  List<HeardPurge> since(long stamp) {
    List<HeardPurge> since = new ArrayList<>();
    marks.forEach(
        (name, mark) -> {
          if (name.equals(DROPPED)) {
            return;
          }
          if (mark.softStamp() >= stamp && mark.softStamp() > mark.hardStamp()) {
            since.add(new HeardPurge(name.purge(true, mark.softStamp()), mark.softStamp()));
          }
          if (mark.hardStamp() >= stamp && mark.hardStamp() > 0) {
            since.add(new HeardPurge(name.purge(false, mark.hardStamp()), mark.hardSaid()));
          }
        });
    return since;
  }

  /** Gives all marks, each as it is when its turn comes. */
  void forEach(Consumer<PurgeMark> each) {
    marks.forEach((name, mark) -> each.accept(encode(name, mark)));
  }

  /** A purge as a mark that {@link #add(PurgeMark)} takes. */
  static PurgeMark encode(Purge purge, long said) {
    return encode(new Name(purge.scope(), purge.space(), purge.value()), Mark.of(purge, said));
  }

  private static PurgeMark encode(Name name, Mark mark) {
    return PurgeMark.newBuilder()
        .setKind(kind(name.scope()))
        .setSpace(name.space())
        .setValue(name.value())
        .setSoftStamp(mark.softStamp())
        .setHardStamp(mark.hardStamp())
        .setHardSaid(mark.hardSaid())
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
