package dev.brink.mesh.origin;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One pool, {@code acme/web}, on event loops of its own. */
final class TestOrigins implements AutoCloseable {
  static final Target.Origin TARGET = new Target.Origin("acme", "web");

  final EventLoops loops = EventLoops.create(2, "test-origins");
  final Origins origins;

  private TestOrigins(UnaryOperator<Origins.Builder> options) {
    origins = options.apply(Origins.builder(loops)).build();
  }

  static TestOrigins of(OriginPool.Builder pool) {
    return of(pool, UnaryOperator.identity());
  }

  static TestOrigins of(OriginPool.Builder pool, UnaryOperator<Origins.Builder> options) {
    var made = new TestOrigins(options);
    made.update(pool);
    return made;
  }

  static OriginPool.Builder pool(TestUpstream... servers) {
    OriginPool.Builder pool = OriginPool.newBuilder();
    for (TestUpstream server : servers) {
      pool.addServers(OriginServer.newBuilder().setUrl(server.url()));
    }
    return pool;
  }

  void update(OriginPool.Builder pool) {
    origins.update(Map.of("acme/web", pool.build()));
  }

  ServerStatus server(int index) {
    return origins.status().getFirst().servers().get(index);
  }

  Answer get(String target) {
    return send(request(HttpMethod.GET, target), null);
  }

  Answer send(HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body) {
    Answer answer = Answer.eager();
    var _ = start(request, body, answer);
    return answer;
  }

  Executor.Running start(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Answer answer) {
    return origins.execute(call(request, body, Duration.ofSeconds(20)), TARGET, answer);
  }

  static Call call(HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Duration patience) {
    return new Call(
        request, "https", body, "192.0.2.7", "req-1", System.nanoTime() + patience.toNanos());
  }

  static HttpRequest request(HttpMethod method, String target) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, target);
    request.headers().set("host", "www.example.org");
    return request;
  }

  /** Waits until it is so, however long that takes within 20 s. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within 20 s: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Override
  public void close() {
    origins.close();
    loops.close();
  }
}
