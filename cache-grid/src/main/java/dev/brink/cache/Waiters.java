package dev.brink.cache;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who wait for the same. What goes wrong with one of them is not the others' affair. */
final class Waiters {
  private static final Logger log = LoggerFactory.getLogger(Waiters.class);

  private Waiters() {}

  /** Has each hear something. One for whom that throws fails, unless it has its answer already. */
  static void each(List<Waiter> all, Consumer<Waiter> news) {
    for (Waiter waiter : all) {
      try {
        news.accept(waiter);
      } catch (RuntimeException | Error e) {
        log.warn("one that waited for a response could not take it", e);
        failed(waiter, e);
      }
    }
  }

  /** Nobody shall wait for what will not come. */
  static void failed(List<Waiter> all, Throwable cause) {
    all.forEach(waiter -> failed(waiter, cause));
  }

  private static void failed(Waiter waiter, Throwable cause) {
    try {
      waiter.fail(new FetchFailure(502, "the response could not be taken", cause));
    } catch (RuntimeException | Error e) {
      log.warn("one that waited for a response could not be told that there is none", e);
    }
  }
}
