package dev.brink.mesh.cache;

import dev.brink.grid.Grid;
import dev.brink.grid.GridState;
import dev.brink.grid.Lasting;
import dev.brink.grid.Member;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.MissedPlace;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.wire.CacheMessages;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node hears of every purge. It does as long as something comes from the majority of
 * the known nodes over their links and its process runs: without the majority no purge is
 * acknowledged as kept. A node that may not have heard doubts what it has, so that it is validated
 * before it is used; it asks the others what was purged meanwhile, and is out of doubt when a
 * majority has said.
 *
 * <p>Looks four times a second, on one thread that never waits.
 */
final class Contact implements AutoCloseable {
  /**
   * How long a peer may be silent that sends load reports several times a second, and this process
   * stand still: with the time between two looks less than the grid waits for a silent member.
   */
  private static final Duration SILENCE = Duration.ofMillis(2_500);

  /** In which the links of a node that has just started come up. */
  private static final Duration BEGINNING = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(Contact.class);
  private static final long PERIOD_MILLIS = 250;

  /** How long a question may take. */
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** Looks within which a new member has a link to it. */
  private static final int LINKED_AFTER = 2;

  /** Asked for beyond the time away, for what was under way. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final EdgeCache cache;
  private final Grid grid;
  private final Links links;
  private final PurgeRecords records;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("brink-purges").factory());

  private final Lasting lasting =
      new Lasting(LOG, "purges: what this node has is in doubt for a while: unexpected");

  private final Moment started = Moment.now();

  // Of the thread alone.
  private Moment looked = started;

  /** When it last was sure to hear of everything. */
  private Moment good = looked;

  private boolean doubts;

  /** Whether there were links since it started, or should have been. */
  private boolean begun;

  /** Whether it was out of doubt since it started. */
  private boolean knewAll;

  private @Nullable Question question;

  /** For how many looks members have been without a link. */
  private final Map<String, Integer> looksWithout = new HashMap<>();

  /** A moment on the clock that never jumps, and on the one that goes on in a machine's sleep. */
  private record Moment(long nanos, long millis) {
    static Moment now() {
      return new Moment(System.nanoTime(), System.currentTimeMillis());
    }

    Duration since(Moment earlier) {
      long passed =
          Math.max(TimeUnit.NANOSECONDS.toMillis(nanos - earlier.nanos), millis - earlier.millis);
      return Duration.ofMillis(passed);
    }
  }

  /** What the others are asked, each when it can be, and who has answered all of it. */
  private static final class Question {
    final Moment begun;

    /** Purges from before then were heard. */
    final Moment good;

    /** When a page came last, or it began. */
    Moment heard;

    final Set<String> asked = new HashSet<>();
    final Set<String> answered = new HashSet<>();

    Question(Moment begun, Moment good) {
      this.begun = begun;
      this.good = good;
      this.heard = begun;
    }
  }

  /**
   * To be started.
   *
   * @param knowsAll whether nothing was missed until now
   */
  Contact(EdgeCache cache, Grid grid, Links links, PurgeRecords records, boolean knowsAll) {
    this.cache = cache;
    this.grid = grid;
    this.links = links;
    this.records = records;
    this.knewAll = knowsAll;
    this.doubts = !knowsAll;
    cache.untold().known(this::known);
  }

  void start() {
    var _ =
        thread.scheduleAtFixedRate(
            lasting.of(this::look), PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    Moment now = Moment.now();
    boolean stood = now.since(looked).compareTo(SILENCE) > 0;
    Set<String> unlinked = unlinked();
    boolean heard = isEnough(links.heardWithin(SILENCE), unlinked);
    begun |= isEnough(links.up(), Set.of()) || now.since(started).compareTo(BEGINNING) > 0;
    if (stood || (!heard && begun)) {
      doubt(stood ? "its process stood still" : "too few of the others are heard");
    } else if (!doubts) {
      good = now;
    }
    // Even if no look is taken any more it is over then.
    cache.trustFor(SILENCE);
    looked = now;
    if (doubts && heard) {
      ask(now);
    }
    records.again();
    cache.untold().again();
  }

  private void doubt(String why) {
    if (!doubts) {
      LOG.info("purges: {}: what was stored until now is validated before it is used", why);
    }
    doubts = true;
    question = null;
    cache.doubt();
  }

  /** The members that have just come, so that the links to them are still to begin. */
  private Set<String> unlinked() {
    Set<String> without =
        grid.membership().members().stream()
            .filter(member -> !member.self())
            .map(Contact::id)
            .filter(id -> !links.has(id))
            .collect(Collectors.toSet());
    looksWithout.keySet().retainAll(without);
    without.forEach(id -> looksWithout.merge(id, 1, Integer::sum));
    without.removeIf(id -> looksWithout.getOrDefault(id, 0) > LINKED_AFTER);
    return without;
  }

  /**
   * Whether what these nodes and this one know is all that was ever acknowledged as kept.
   *
   * @param unlinked members that do not count
   */
  private boolean isEnough(Set<String> reached, Set<String> unlinked) {
    Set<String> known = known();
    known.removeAll(unlinked);
    long count = 1 + known.stream().filter(reached::contains).count();
    return 2 * count > 1 + known.size()
        // Where half is enough the grid says of which half.
        || (grid.state() == GridState.CONNECTED
            && grid.membership().members().stream()
                .allMatch(
                    member ->
                        member.self()
                            || reached.contains(id(member))
                            || unlinked.contains(id(member))));
  }

  /** All other nodes, those that are away too. */
  private Set<String> known() {
    return Stream.concat(grid.membership().members().stream(), grid.missing().stream())
        .filter(member -> !member.self() && !member.id().equals(grid.self().id()))
        .map(Contact::id)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static String id(Member member) {
    return member.id().toString();
  }

  private void ask(Moment now) {
    Question open = question;
    if (open == null || now.since(open.heard).compareTo(LIMIT) > 0) {
      open = new Question(now, good);
      question = open;
    }
    Question asked = open;
    for (String peer : links.up()) {
      if (asked.asked.add(peer)) {
        ask(asked, peer, MissedPlace.getDefaultInstance(), 1);
      }
    }
    endIfKnown(asked);
  }

  /**
   * Asks a peer for a page.
   *
   * @param after where it begins
   * @param page 1 for the first one
   */
  private void ask(Question asked, String peer, MissedPlace after, int page) {
    Duration away = Moment.now().since(asked.good).plus(SILENCE).plus(MARGIN);
    PurgeRequest request =
        PurgeRequest.newBuilder()
            .setMissedMillis(away.toMillis())
            .setAsker(id(grid.self()))
            .setAfter(after)
            .build();
    var _ =
        links
            .purge(peer, request, LIMIT)
            .whenComplete(
                (reply, failure) -> {
                  if (failure == null) {
                    later(() -> answered(asked, peer, reply, page));
                  }
                });
  }

  private void later(Runnable task) {
    try {
      thread.execute(lasting.of(task));
    } catch (RejectedExecutionException _) {
      // It is closed.
    }
  }

  private void answered(Question to, String peer, PurgeReply reply, int page) {
    if (!reply.getTold()) {
      return;
    }
    to.heard = Moment.now();
    for (PurgeRecord record : reply.getPurgesList()) {
      cache.missed(CacheMessages.heardFromProto(record));
    }
    reply.getChangesList().forEach(change -> cache.changed(CacheMessages.fromProto(change)));
    if (reply.hasNext() && page < Missed.MAX_PAGES) {
      // What a majority has ended goes on; what was asked anew is told from its beginning.
      if (question == null || question == to) {
        ask(to, peer, reply.getNext(), page + 1);
      }
      return;
    }
    if ((reply.hasNext() || reply.getTooMany()) && knewAll) {
      LOG.warn("purges: more than a node can say were missed: what was kept is dropped");
      cache.dropAll();
    }
    to.answered.add(peer);
    endIfKnown(to);
  }

  private void endIfKnown(Question asked) {
    boolean alone = grid.membership().members().size() == 1 && grid.missing().isEmpty();
    // After a start nobody else may know that the others purged without this node.
    boolean said = knewAll || alone || !asked.answered.isEmpty();
    if (question != asked || !said || !isEnough(asked.answered, Set.of())) {
      return;
    }
    records.apply(knewAll ? Long.MAX_VALUE : cache.heardUntil());
    cache.caughtUp();
    LOG.info("purges: all that were missed are known, after {}", Moment.now().since(good));
    knewAll = true;
    doubts = false;
    question = null;
    good = asked.begun;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
