package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyPipeTest {
  private final AtomicInteger drained = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final BodyPipe pipe =
      new BodyPipe(1000, drained::incrementAndGet, cancelled::incrementAndGet);

  private static ByteBuf buffer(int size) {
    return Unpooled.copiedBuffer("x".repeat(size), US_ASCII);
  }

  @Test
  void deliversInOrderWhatWasOfferedBeforeAndAfterSubscribing() {
    pipe.offer(TestServer.bytes("a"));
    Collector collector = Collector.of(pipe);
    pipe.offer(TestServer.bytes("b"));
    pipe.complete();

    assertThat(collector.result()).isCompletedWithValue("ab");
  }

  @Test
  void deliversOnlyWhatIsAskedFor() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);
    pipe.offer(TestServer.bytes("a"));
    pipe.offer(TestServer.bytes("b"));
    pipe.complete();

    assertThat(collector.soFar()).isEmpty();
    collector.subscription().request(1);
    assertThat(collector.soFar()).isEqualTo("a");
    assertThat(collector.result()).isNotDone();
    collector.subscription().request(Long.MAX_VALUE);
    assertThat(collector.result()).isCompletedWithValue("ab");
  }

  @Test
  void saysWhenItIsFullAndWhenItHasRoomAgain() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);

    assertThat(pipe.offer(buffer(400))).isTrue();
    assertThat(pipe.offer(buffer(400))).isTrue();
    assertThat(pipe.offer(buffer(400))).isFalse();
    collector.subscription().request(1);
    assertThat(drained).hasValue(0);
    collector.subscription().request(1);
    assertThat(drained).hasValue(1);
    collector.subscription().request(1);
    assertThat(drained).hasValue(1);
  }

  @Test
  void aProducerThatGoesOnRegardlessIsStillToldWhenThereIsRoom() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);
    pipe.offer(buffer(400));
    assertThat(pipe.offer(buffer(700))).isFalse();
    collector.subscription().request(1);
    assertThat(drained).as("more than half is held").hasValue(0);
    assertThat(pipe.offer(buffer(100))).as("fits, but was full and has not drained").isFalse();
    collector.subscription().request(2);
    assertThat(drained).hasValue(1);
    assertThat(pipe.offer(buffer(100))).isTrue();
  }

  @Test
  void tinyBuffersFillItToo() {
    for (int i = 0; i < 3; i++) {
      assertThat(pipe.offer(buffer(1))).isTrue();
    }
    assertThat(pipe.offer(buffer(1))).isFalse();
    pipe.close(new IllegalStateException("test"));
  }

  @Test
  void isNotFullWhenTheSubscriberTookAllAtOnce() {
    Collector collector = Collector.of(pipe);

    assertThat(pipe.offer(buffer(5000))).isTrue();
    assertThat(collector.soFar()).hasSize(5000);
  }

  @Test
  void failsAfterWhatIsHeld() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);
    pipe.offer(TestServer.bytes("a"));
    IllegalStateException failure = new IllegalStateException("test");
    pipe.fail(failure);
    pipe.complete();

    assertThat(collector.result()).isNotDone();
    collector.subscription().request(1);
    assertThat(collector.soFar()).isEqualTo("a");
    assertThatThrownBy(collector.result()::join).hasCause(failure);
  }

  @Test
  void cancellingReleasesAndTellsOnce() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);
    ByteBuf before = buffer(2000);
    assertThat(pipe.offer(before)).isFalse();
    collector.subscription().cancel();
    collector.subscription().cancel();
    ByteBuf after = buffer(2000);

    assertThat(pipe.offer(after)).isTrue();
    assertThat(before.refCnt()).isZero();
    assertThat(after.refCnt()).isZero();
    assertThat(cancelled).hasValue(1);
    collector.subscription().request(1);
    pipe.complete();
    assertThat(collector.result()).isNotDone();
  }

  @Test
  void cancellingAfterTheEndTellsNobody() {
    Collector collector = Collector.of(pipe);
    pipe.complete();
    collector.subscription().cancel();

    assertThat(collector.result()).isDone();
    assertThat(cancelled).hasValue(0);
  }

  @Test
  void closingWithoutASubscriberReleasesAndTellsWhoComesLate() {
    ByteBuf buffer = buffer(10);
    pipe.offer(buffer);
    pipe.complete();
    IllegalStateException failure = new IllegalStateException("test");
    pipe.close(failure);

    assertThat(buffer.refCnt()).isZero();
    Collector late = Collector.of(pipe);
    assertThatThrownBy(late.result()::join).hasCause(failure);
    assertThat(late.soFar()).isEmpty();
  }

  @Test
  void closingWithASubscriberDeliversFirst() {
    Collector collector = Collector.idle();
    pipe.subscribe(collector);
    pipe.offer(TestServer.bytes("a"));
    IllegalStateException failure = new IllegalStateException("test");
    pipe.close(failure);
    collector.subscription().request(5);

    assertThat(collector.soFar()).isEqualTo("a");
    assertThatThrownBy(collector.result()::join).hasCause(failure);
  }

  @Test
  void takesOneSubscriber() {
    Collector.of(pipe);

    assertThatThrownBy(() -> Collector.of(pipe))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("body: subscribed twice (expected: one subscriber)");
  }

  @Test
  void refusesToBeAskedForNothing() {
    Collector collector = Collector.of(pipe);

    assertThatThrownBy(() -> collector.subscription().request(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n: 0 (expected: > 0)");
  }

  @Test
  void aSubscriberThatThrowsGetsNothingMore() {
    pipe.subscribe(new Throwing());
    ByteBuf second = buffer(1);

    assertThatThrownBy(() -> pipe.offer(buffer(1))).hasMessage("test");
    assertThat(pipe.offer(second)).isTrue();
    assertThat(second.refCnt()).isZero();
    assertThat(cancelled).hasValue(1);
  }

  private static final class Throwing implements Flow.Subscriber<ByteBuf> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf buffer) {
      buffer.release();
      throw new IllegalStateException("test");
    }

    @Override
    public void onError(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void onComplete() {
      throw new AssertionError("completed");
    }
  }

  /** A producer that heeds the pipe and a subscriber elsewhere: nothing lost, nobody stuck. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void carriesEverythingBetweenThreads(int seed) throws Exception {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    SplittableRandom random = new SplittableRandom(seed);
    Semaphore room = new Semaphore(0);
    BodyPipe between = new BodyPipe(2000, room::release, room::release);
    int buffers = 20_000;
    boolean cancels = seed % 4 == 0;
    try (ExecutorService reader = Executors.newSingleThreadExecutor()) {
      Counter counter = new Counter(reader, buffers, cancels ? buffers / 2 : Integer.MAX_VALUE);
      reader.execute(() -> between.subscribe(counter));
      for (int i = 0; i < buffers; i++) {
        ByteBuf buffer = allocator.heapBuffer(8 + random.nextInt(700));
        buffer.writeInt(i).writeZero(random.nextInt(700));
        if (!between.offer(buffer) && !counter.cancelled) {
          // A permit may stem from an earlier time: then the pipe is a little fuller, no more.
          assertThat(room.tryAcquire(20, TimeUnit.SECONDS) || counter.cancelled).isTrue();
        }
      }
      between.complete();
      if (cancels) {
        TestServer.await("cancel", () -> counter.cancelled);
      } else {
        assertThat(counter.end.get(20, TimeUnit.SECONDS)).isEqualTo(buffers);
      }
    }
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  private static final class Counter implements Flow.Subscriber<ByteBuf> {
    private final ExecutorService reader;
    private final int cancelAt;
    private final SplittableRandom random = new SplittableRandom(1);
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private Flow.Subscription subscription = new None();
    private volatile boolean cancelled;
    private int next;
    private int asked;

    Counter(ExecutorService reader, int buffers, int cancelAt) {
      this.reader = reader;
      this.cancelAt = Math.min(cancelAt, buffers + 1);
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
      subscription = newSubscription;
      ask(newSubscription);
    }

    private void ask(Flow.Subscription from) {
      asked = 1 + random.nextInt(5);
      int n = asked;
      reader.execute(() -> from.request(n));
    }

    @Override
    public void onNext(ByteBuf buffer) {
      int number = buffer.readInt();
      buffer.release();
      if (number != next) {
        end.completeExceptionally(new AssertionError(number + " (expected: " + next + ")"));
      }
      next++;
      if (next == cancelAt) {
        cancelled = true;
        subscription.cancel();
      } else if (--asked == 0) {
        ask(subscription);
      }
    }

    @Override
    public void onError(Throwable cause) {
      end.completeExceptionally(cause);
    }

    @Override
    public void onComplete() {
      end.complete(next);
    }
  }

  private static final class None implements Flow.Subscription {
    @Override
    public void request(long n) {
      throw new AssertionError("before onSubscribe");
    }

    @Override
    public void cancel() {
      throw new AssertionError("before onSubscribe");
    }
  }
}
