package dev.brink.cache;

import dev.brink.cache.wire.Variant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives those who wait for a flight what has come. For whom it is nothing, looks again.
 *
 * @param why the flight was begun
 * @param leader whose request it is for; {@code null}: nobody's
 */
record Delivery(StatusField.Forward why, @Nullable Waiter leader) {
  /**
   * What is on its way into the store.
   *
   * @param selected the variant it is; {@code null}: the only one
   */
  void give(List<Waiter> all, Recording recording, @Nullable Variant selected) {
    give(all, selected, waiter -> waiter.answer(recording, why, !waiter.equals(leader)));
  }

  /**
   * What is stored.
   *
   * @param status of the origin's response; 0: there is none
   */
  void give(
      List<Waiter> all,
      StoredBody body,
      Head head,
      CacheResult.Outcome outcome,
      int status,
      @Nullable Variant selected) {
    give(
        all,
        selected,
        waiter -> waiter.answer(body, head, outcome, why, status, !waiter.equals(leader)));
  }

  private static void give(
      List<Waiter> all, @Nullable Variant selected, Predicate<Waiter> answered) {
    Waiters.each(
        all,
        waiter -> {
          boolean fits = selected == null || Variants.selects(selected, waiter.selecting());
          if (!fits || !answered.test(waiter)) {
            waiter.retry();
          }
        });
  }
}
