package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;

/** Tasks that go on whatever they meet. */
class LastingTest {
  private final List<String> logged = new ArrayList<>();

  /** A log that may fail as well. */
  private Logger log(Function<String, String> each) {
    return new LegacyAbstractLogger() {
      @Override
      protected void handleNormalizedLoggingCall(
          Level level, Marker marker, String message, Object[] arguments, Throwable thrown) {
        logged.add(level + " " + each.apply(message) + " " + thrown.getMessage());
      }

      @Override
      protected String getFullyQualifiedCallerName() {
        return LastingTest.class.getName();
      }

      @Override
      public boolean isTraceEnabled() {
        return true;
      }

      @Override
      public boolean isDebugEnabled() {
        return true;
      }

      @Override
      public boolean isInfoEnabled() {
        return true;
      }

      @Override
      public boolean isWarnEnabled() {
        return true;
      }

      @Override
      public boolean isErrorEnabled() {
        return true;
      }
    };
  }

  @Test
  void whatATaskThrowsIsLoggedOnceAMinuteAndEndsNothing() {
    var lasting = new Lasting(log(message -> message), "looks");
    lasting.run(
        () -> {
          throw new OutOfMemoryError("first");
        });
    lasting
        .of(
            () -> {
              throw new IllegalStateException("second");
            })
        .run();
    assertThat(logged).containsExactly("ERROR looks first");
  }

  @Test
  void aLogThatFailsEndsNothingEither() {
    var lasting =
        new Lasting(
            log(
                message -> {
                  throw new OutOfMemoryError("no memory to log");
                }),
            "looks");
    assertThatCode(
            () ->
                lasting.run(
                    () -> {
                      throw new StackOverflowError();
                    }))
        .doesNotThrowAnyException();
  }

  @Test
  void aPeriodicTaskIsRunAgain() throws Exception {
    var runs = new CountDownLatch(3);
    var lasting = new Lasting(log(message -> message), "looks");
    try (ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor()) {
      var _ =
          thread.scheduleWithFixedDelay(
              lasting.of(
                  () -> {
                    runs.countDown();
                    throw new LinkageError("each time");
                  }),
              0,
              1,
              TimeUnit.MILLISECONDS);
      assertThat(runs.await(30, TimeUnit.SECONDS)).isTrue();
      thread.shutdownNow();
    }
  }
}
