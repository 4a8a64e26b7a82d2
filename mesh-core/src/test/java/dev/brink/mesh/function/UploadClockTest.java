package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class UploadClockTest {
  private static final long WAIT = TimeUnit.MILLISECONDS.toNanos(200);

  @AutoClose
  private final SubmissionPublisher<ByteBuf> upload =
      new SubmissionPublisher<>(Runnable::run, Flow.defaultBufferSize());

  private final UploadClock clock = new UploadClock(upload);
  private final Reader reader = new Reader();

  @Test
  void aRunThatIsAnsweredBeforeTheUploadEndsCountsLessTheWait() {
    long began = System.nanoTime();
    clock.subscribe(reader);
    reader.ask();
    pass(WAIT);
    upload.submit(Unpooled.EMPTY_BUFFER);
    pass(WAIT);
    long now = System.nanoTime();
    long run = clock.without(now - began, now);
    assertThat(run).isBetween(WAIT, now - began - WAIT);
  }

  @Test
  void whatWasBeforeTheUploadsEndDoesNotCount() {
    long began = System.nanoTime();
    clock.subscribe(reader);
    reader.ask();
    pass(WAIT);
    upload.close();
    pass(WAIT);
    long now = System.nanoTime();
    assertThat(clock.without(now - began, now)).isBetween(WAIT, now - began - WAIT);
  }

  @Test
  void anUploadThatIsNotReadHoldsNothingUp() {
    assertThat(clock.without(WAIT, System.nanoTime())).isEqualTo(WAIT);
  }

  private static void pass(long nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static final class Reader implements Flow.Subscriber<ByteBuf> {
    private Flow.@Nullable Subscription subscription;

    void ask() {
      if (subscription != null) {
        subscription.request(1);
      }
    }

    @Override
    public void onSubscribe(Flow.Subscription to) {
      subscription = to;
    }

    @Override
    public void onNext(ByteBuf buffer) {}

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onComplete() {}
  }
}
