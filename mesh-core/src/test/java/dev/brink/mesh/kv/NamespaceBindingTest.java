package dev.brink.mesh.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingException;
import dev.brink.grid.Grid;
import dev.brink.grid.Namespace;
import dev.brink.grid.NetworkPreset;
import dev.brink.mesh.function.ReadTally;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamespaceBindingTest {
  @TempDir static Path directory;
  private static Grid grid;
  private static NamespaceBinding binding;

  @BeforeAll
  static void start() {
    grid =
        Grid.builder()
            .network(NetworkPreset.LOCAL)
            .startTimeout(Duration.ofMinutes(2))
            .writeTimeout(Duration.ofSeconds(30))
            .workDirectory(directory)
            .start();
    binding =
        new NamespaceBinding(Namespace.of("t", "n"), new Namespaces(() -> grid, new ReadTally()));
  }

  @AfterAll
  static void stop() {
    grid.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"put", "cas", "atomic"})
  void aBodyThatDoesNotComeIsGivenUpWithTheCall(String method) throws Exception {
    var body = new Body(3, false);
    var call =
        new BindingCall(
            method,
            method.equals("atomic")
                ? "{\"operations\":[{\"put\":\"k\",\"bytes\":3}]}"
                : "{\"key\":\"k\"}",
            body,
            "t/f",
            "r",
            System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100));
    assertThatThrownBy(() -> binding.call(call).toCompletableFuture().get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            BindingException.class,
            e -> {
              assertThat(e.code()).isEqualTo("kv-unavailable");
              assertThat(e).hasMessageEndingWith("timeout");
            });
    body.cancelled.get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"put, 26214401", "cas, 26214401", "atomic, 1048577"})
  void aBodyThatIsTooLongIsRefused(String method, int bytes) {
    var call =
        new BindingCall(
            method,
            method.equals("atomic")
                ? "{\"operations\":[{\"put\":\"k\",\"bytes\":%d}]}".formatted(bytes)
                : "{\"key\":\"k\"}",
            new Body(bytes, true),
            "t/f",
            "r",
            System.nanoTime() + TimeUnit.SECONDS.toNanos(20));
    assertThatThrownBy(() -> binding.call(call).toCompletableFuture().get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            BindingException.class,
            e -> assertThat(e.kind()).isEqualTo(BindingException.Kind.RANGE))
        .hasMessageContaining(String.valueOf(bytes - 1));
  }

  /** Some bytes, and an end or nothing more. */
  private record Body(int bytes, boolean ends, CompletableFuture<Void> cancelled)
      implements Flow.Publisher<ByteBuf> {
    Body(int bytes, boolean ends) {
      this(bytes, ends, new CompletableFuture<>());
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {
              cancelled.complete(null);
            }
          });
      subscriber.onNext(Unpooled.wrappedBuffer(new byte[bytes]));
      if (ends) {
        subscriber.onComplete();
      }
    }
  }
}
