package dev.brink.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Calls of tests, and what answers them. */
final class TestCalls {
  static final Target.Function TARGET = new Target.Function("acme", "hello", "d1ge57");
  static final CallTiming TIMING = new CallTiming("b", true, 1, 2, 4, 3, 0, Map.of("s", 5));

  private TestCalls() {}

  static Call callOf(String method, Flow.@Nullable Publisher<ByteBuf> body) {
    return new Call(
        request(method),
        "http",
        body,
        "192.0.2.1",
        "r1",
        System.nanoTime() + Duration.ofSeconds(20).toNanos());
  }

  static HttpRequest request(String method) {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), "/a?b=c");
    request.headers().set("Host", "example.com").set("Connection", "close");
    request.headers().add("X-Many", "1").add("X-Many", "2");
    return request;
  }

  static FullHttpResponse full(int status, String text) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(status),
        Unpooled.copiedBuffer(text, UTF_8));
  }
}
