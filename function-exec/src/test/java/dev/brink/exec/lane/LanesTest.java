package dev.brink.exec.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lanes by themselves, without guests. */
class LanesTest {
  private static final Watched UNLIMITED =
      new Watched() {
        @Override
        public @Nullable BooleanSupplier over(long cpuNanos, long allocatedBytes, long nowNanos) {
          return null;
        }

        @Override
        public void abandoned(Lane lane) {
          throw new AssertionError("given up");
        }
      };

  /** Runs until a turn is counted into overtime, which is just before it goes, and a bit longer. */
  private static void runIntoOvertime(Lanes lanes, long moreNanos) {
    while (lanes.overtime() == 0) {
      Thread.onSpinWait();
    }
    long end = System.nanoTime() + moreNanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  /** As everything is once the JVM lacks a class that stack traces need. */
  private static final class Unprintable extends NoClassDefFoundError {
    @Override
    public String getMessage() {
      throw this;
    }
  }

  @Test
  void aLaneSurvivesWhatCannotBeLogged() {
    var lanes = new Lanes(1, 16, Duration.ofSeconds(30), List.of());
    lanes.start();
    try {
      Lane lane = lanes.all().getFirst();
      lane.post(
          () -> {
            throw new Unprintable();
          });
      var next = new CompletableFuture<Void>();
      lane.post(() -> next.complete(null));
      assertThat(next).succeedsWithin(Duration.ofSeconds(60));
    } finally {
      lanes.end();
    }
  }

  @Test
  void aTurnThatEndsAsItGoesIntoOvertimeLeavesItsLaneAThread() {
    var lanes = new Lanes(1, 16, Duration.ofSeconds(30), List.of());
    lanes.start();
    try {
      Lane lane = lanes.all().getFirst();
      for (int i = 0; i < 200; i++) {
        long moreNanos = 250L * i;
        // Overtime is for turns that are long beside the lane's typical ones.
        lane.post(
            () -> {
              for (int quick = 0; quick < 48; quick++) {
                lane.turn(UNLIMITED, () -> {});
              }
            });
        var turn = new CompletableFuture<Void>();
        var next = new CompletableFuture<Void>();
        lane.post(
            () -> {
              lane.turn(UNLIMITED, () -> runIntoOvertime(lanes, moreNanos));
              turn.complete(null);
            });
        lane.post(() -> next.complete(null));
        assertThat(turn).as("turn %d", i).succeedsWithin(30, TimeUnit.SECONDS);
        assertThat(next).as("what waited for turn %d", i).succeedsWithin(30, TimeUnit.SECONDS);
      }
      // Where a turn ended just before it could go, the watchdog takes its count back in a moment.
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (lanes.overtime() > 0 && System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
      assertThat(lanes.overtime()).isZero();
      assertThat(lanes.abandoned()).isZero();
    } finally {
      lanes.end();
    }
  }

  @Test
  void whatIsQueuedWhenTheLanesEndIsStarted() throws InterruptedException {
    var lanes = new Lanes(1, 16, Duration.ofSeconds(30), List.of());
    lanes.start();
    Lane lane = lanes.all().getFirst();
    var held = new CountDownLatch(1);
    var letGo = new CountDownLatch(1);
    lane.post(
        () -> {
          held.countDown();
          await(letGo);
        });
    assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
    var event = new CompletableFuture<Void>();
    var job = new CompletableFuture<Void>();
    lane.post(() -> event.complete(null));
    assertThat(lane.offer(_ -> job.complete(null))).isTrue();
    lanes.end();
    letGo.countDown();
    assertThat(event).succeedsWithin(30, TimeUnit.SECONDS);
    assertThat(job).succeedsWithin(30, TimeUnit.SECONDS);
  }

  @Test
  void whatComesWhenTheLanesHaveEndedIsRunByWhoBringsIt() {
    var lanes = new Lanes(1, 16, Duration.ofSeconds(30), List.of());
    lanes.start();
    Lane lane = lanes.all().getFirst();
    lanes.end();
    assertThat(lanes.awaitEnd(Duration.ofSeconds(30))).isTrue();
    List<String> ran = new ArrayList<>();
    lane.post(
        () -> {
          lane.post(() -> ran.add("then"));
          ran.add("first");
        });
    assertThat(ran).containsExactly("first", "then");
  }

  /** Judged while the turn runs, and done with that only after the turn was left and charged. */
  private static final class JudgedLate implements Watched {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch left = new CountDownLatch(1);
    final AtomicBoolean ended = new AtomicBoolean();

    @Override
    public BooleanSupplier over(long cpuNanos, long allocatedBytes, long nowNanos) {
      asked.countDown();
      await(left);
      return () -> {
        ended.set(true);
        return true;
      };
    }

    @Override
    public void abandoned(Lane lane) {
      throw new AssertionError("given up");
    }
  }

  @Test
  void aTurnThatEndsWhileItIsJudgedIsNotEnded() {
    var lanes = new Lanes(1, 16, Duration.ofSeconds(30), List.of());
    lanes.start();
    try {
      Lane lane = lanes.all().getFirst();
      var late = new JudgedLate();
      var over = new CompletableFuture<Void>();
      lane.post(
          () -> {
            lane.turn(late, () -> await(late.asked));
            late.left.countDown();
            var next = new JudgedLate();
            next.left.countDown();
            lane.turn(next, () -> await(next.asked));
            over.complete(null);
          });
      assertThat(over).succeedsWithin(30, TimeUnit.SECONDS);
      assertThat(late.ended).isFalse();
    } finally {
      lanes.end();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
