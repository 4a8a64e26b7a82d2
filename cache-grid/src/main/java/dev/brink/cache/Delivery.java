package dev.brink.cache;

import dev.brink.cache.wire.Variant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives those who wait for a flight what has come. For whom it is nothing, looks again: nor is it
 * for those who may have come after a purge of it. Those have not who came before any purge that
 * was heard of since the fetch began, or before the fetch: so nobody looks again twice for that. It
 * is otherwise for other caches of the mesh, which have heard of the purge themselves and would ask
 * the source one by one, and with what was stored somewhere before the fetch began.
 *
 * @param space of what is fetched
 * @param why the flight was begun
 * @param leader whose request it is for; {@code null}: nobody's
 * @param purgesBefore how many hard purges the cache had heard of before the fetch began
 * @param began a stamp from before the fetch
 */
record Delivery(
    LocalCache cache,
    String space,
    StatusField.Forward why,
    @Nullable Waiter leader,
    long purgesBefore,
    long began) {
  /** Of a fetch that begins now. */
  static Delivery of(LocalCache cache, FetchPlan plan, @Nullable Waiter leader) {
    long heard = cache.hardPurgesHeard();
    return new Delivery(cache, plan.key().space(), plan.why(), leader, heard, cache.clock().now());
  }

  /**
   * What is on its way into the store.
   *
   * @param reserved for the leader
   * @param selected the variant it is; {@code null}: the only one
   */
  void give(List<Waiter> all, Recording recording, Reserved reserved, @Nullable Variant selected) {
    Head head = recording.head();
    give(
        all,
        head,
        selected,
        waiter ->
            waiter.answer(recording, own(waiter, head, reserved), why, !waiter.equals(leader)));
  }

  private Head own(Waiter waiter, Head head, Reserved reserved) {
    return waiter.equals(leader) ? reserved.in(head) : head;
  }

  /**
   * What is stored.
   *
   * @param reserved for the leader
   * @param status of the origin's response; 0: there is none
   */
  void give(
      List<Waiter> all,
      StoredBody body,
      Head head,
      Reserved reserved,
      CacheResult.Outcome outcome,
      int status,
      @Nullable Variant selected) {
    give(
        all,
        head,
        selected,
        waiter ->
            waiter.answer(
                body, own(waiter, head, reserved), outcome, why, status, !waiter.equals(leader)));
  }

  private void give(
      List<Waiter> all, Head head, @Nullable Variant selected, Predicate<Waiter> answered) {
    boolean purged = cache.standing(space, head) == PurgeTable.Standing.HARD;
    Waiters.each(
        all,
        waiter -> {
          boolean fits =
              (!purged || waiter.equals(leader) || cameBefore(waiter, head))
                  && (selected == null || Variants.selects(selected, waiter.selecting()));
          if (!fits || !answered.test(waiter)) {
            waiter.retry();
          }
        });
  }

  /** Whether what has come is of after the last purge that was heard of before the waiter came. */
  private boolean cameBefore(Waiter waiter, Head head) {
    return !waiter.forPeer() && head.stamp() >= began && waiter.purgesBefore() <= purgesBefore;
  }
}
