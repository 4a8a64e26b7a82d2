package dev.brink.grid;

import static dev.brink.grid.Grids.get;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import org.jspecify.annotations.Nullable;

/** Values of tests: made up, sent in pieces, and read whole. */
final class Values {
  private Values() {}

  /** The same for each length. */
  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** A publisher of a value in buffers of odd sizes. */
  static Flow.Publisher<ByteBuf> publisher(byte[] value) {
    return subscriber -> {
      SubmissionPublisher<ByteBuf> publisher = new SubmissionPublisher<>(Runnable::run, 4096);
      publisher.subscribe(subscriber);
      Thread.ofVirtual()
          .start(
              () -> {
                for (int at = 0; at < value.length; at += 65_537) {
                  publisher.submit(
                      Unpooled.wrappedBuffer(
                          Arrays.copyOfRange(value, at, Math.min(value.length, at + 65_537))));
                }
                publisher.close();
              });
    };
  }

  static byte[] read(KeyValueEntry entry) throws Exception {
    CompletableFuture<byte[]> whole = new CompletableFuture<>();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    entry.stream()
        .subscribe(
            new Flow.Subscriber<>() {
              private Flow.@Nullable Subscription subscription;

              @Override
              public void onSubscribe(Flow.Subscription upstream) {
                subscription = upstream;
                upstream.request(1);
              }

              @Override
              public void onNext(ByteBuf buffer) {
                byte[] part = new byte[buffer.readableBytes()];
                buffer.readBytes(part);
                buffer.release();
                bytes.writeBytes(part);
                requireNonNull(subscription).request(1);
              }

              @Override
              public void onError(Throwable failure) {
                whole.completeExceptionally(failure);
              }

              @Override
              public void onComplete() {
                whole.complete(bytes.toByteArray());
              }
            });
    return get(whole);
  }
}
