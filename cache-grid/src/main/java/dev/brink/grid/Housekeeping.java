package dev.brink.grid;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The grid's own records and the routine around them: this node's record among the known members,
 * the file of these, those who stay away for too long, and the merging of mirror and Ignite. On the
 * control thread but for {@link #forget}.
 */
final class Housekeeping implements Engine.Duties {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final Duration GOODBYE_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration RECONCILE_PERIOD = Duration.ofMinutes(5);

  private final KnownMember template;
  private final Mirror mirror;
  private final MirrorMap records;
  private final KnownMembers known;
  private final MembersFile file;
  private final HybridClock clock;
  private final InstantSource time;
  private final Duration retention;
  private final MapWriter writer;
  private final Reconciler reconciler;
  private final Watcher watcher;
  private final Status status;
  private final Throttle fileWarnings = new Throttle(Duration.ofMinutes(1));
  private final Map<UUID, Long> missingSinceMillis = new HashMap<>();
  private final CompletableFuture<Void> introduced = new CompletableFuture<>();
  private @Nullable Stamp firstJoined;
  private long reconciledNanos = System.nanoTime();

  Housekeeping(
      KnownMember template,
      Mirror mirror,
      KnownMembers known,
      MembersFile file,
      HybridClock clock,
      InstantSource time,
      Duration retention,
      MapWriter writer,
      Reconciler reconciler,
      Watcher watcher,
      Status status) {
    this.template = template;
    this.mirror = mirror;
    this.records = mirror.map(Mirror.MEMBERS);
    this.known = known;
    this.file = file;
    this.clock = clock;
    this.time = time;
    this.retention = retention;
    this.writer = writer;
    this.reconciler = reconciler;
    this.watcher = watcher;
    this.status = status;
  }

  /** Takes in the known members from the file; before the start. */
  void load() throws IOException {
    for (Slot slot : file.load()) {
      Entry entry = slot.entry();
      try {
        if (entry != null) {
          KnownMember member = KnownMember.decode(entry.value());
          mirror.applied(records, member.id().toString(), slot);
          if (member.id().equals(template.id())) {
            firstJoined = member.firstJoined();
          }
        }
      } catch (MalformedRecordException e) {
        log.warn("a known member in the file is left out: {}", e.getMessage());
      }
    }
  }

  /**
   * Completes when the others have this node's record, so that they miss it should it go without a
   * word; fails when the first try to write it does.
   */
  CompletableFuture<Void> introduced() {
    return introduced;
  }

  @Override
  public void started(IgniteSession session) {
    writeSelf();
    reconciler.request();
    reconciledNanos = System.nanoTime();
    watcher.joined(View.of(0, session.peers()));
  }

  @Override
  public void checked(View view, Set<UUID> failedSessions) {
    if (!known.contains(template.id())) {
      writeSelf();
    }
    if (!failedSessions.isEmpty()) {
      reconciler.request();
    }
    save();
  }

  @Override
  public void tick(IgniteSession session, View view) {
    watcher.look(session, view);
    if (System.nanoTime() - reconciledNanos > reconcilePeriod().toNanos()) {
      reconciledNanos = System.nanoTime();
      reconciler.request();
    }
    reconciler.resume();
    forgetOld(view);
  }

  @Override
  public void leaving(IgniteSession session) {
    save();
    Slot goodbye = Slot.tombstone(clock.now());
    try {
      writer
          .writeAnyway(records, key(template.id()), goodbye)
          .get(GOODBYE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("the others may count this node as failed, as it could not say goodbye", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops counting a member that is not present; any thread. */
  boolean forget(UUID id) {
    if (!known.contains(id) || status.view().ids().contains(id)) {
      return false;
    }
    Slot tombstone = Slot.tombstone(clock.now());
    mirror.applied(records, key(id), tombstone);
    var _ = write(id, tombstone);
    log.info("member {} is forgotten", id);
    return true;
  }

  private void writeSelf() {
    KnownMember present = known.find(template.id());
    Slot stored = records.get(key(template.id()));
    Stamp now = clock.now();
    if (firstJoined == null) {
      firstJoined = present == null ? now : present.firstJoined();
    }
    KnownMember wanted =
        new KnownMember(
            template.id(),
            template.name(),
            template.discovery(),
            template.attributes(),
            firstJoined);
    if (stored == null || !wanted.equals(present)) {
      Slot slot = Slot.of(new Entry(wanted.encode(), now));
      mirror.applied(records, key(template.id()), slot);
      var _ = write(template.id(), slot).handle((newer, failure) -> introduced(failure));
    } else {
      introduced.complete(null);
    }
  }

  private boolean introduced(@Nullable Throwable failure) {
    return failure == null ? introduced.complete(null) : introduced.completeExceptionally(failure);
  }

  /** Writes a record of a member; should it fail, reconciling will bring it in. */
  private CompletableFuture<Boolean> write(UUID id, Slot slot) {
    return writer
        .writeAnyway(records, key(id), slot)
        .whenComplete(
            (newer, failure) -> {
              if (failure != null) {
                log.debug("the record of member {} is not stored yet", id, failure);
                reconciler.request();
              }
            });
  }

  private void forgetOld(View view) {
    Set<UUID> present = view.ids();
    long now = time.millis();
    missingSinceMillis.keySet().removeIf(id -> present.contains(id) || !known.contains(id));
    for (KnownMember member : known.all()) {
      if (!present.contains(member.id())) {
        long since = missingSinceMillis.computeIfAbsent(member.id(), id -> now);
        if (now - since > retention.toMillis() && status.state() == GridState.CONNECTED) {
          forget(member.id());
        }
      }
    }
  }

  private void save() {
    List<Map.Entry<String, Slot>> live = new ArrayList<>();
    records.forEach(
        (key, slot) -> {
          if (!slot.isTombstone()) {
            live.add(Map.entry(key, slot));
          }
        });
    live.sort(Comparator.comparing(Map.Entry::getKey));
    try {
      file.save(live.stream().map(Map.Entry::getValue).toList());
    } catch (IOException e) {
      if (fileWarnings.permits()) {
        log.error("the known members are not saved", e);
      }
    }
  }

  private Duration reconcilePeriod() {
    Duration quarter = retention.dividedBy(4);
    return quarter.compareTo(RECONCILE_PERIOD) < 0 ? quarter : RECONCILE_PERIOD;
  }

  private static String key(UUID id) {
    return id.toString();
  }
}
