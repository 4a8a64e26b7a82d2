package dev.brink.exec;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Functions of nobody's that are run for nothing: they do what functions commonly do, so that the
 * first real ones find the runtime's own JavaScript read, and the engine's classes loaded.
 */
final class WarmUpFunction {
  /** What most functions do. */
  static final String USUAL = "json";

  /** The ways in which most answer. */
  static final List<String> USUALS = List.of(USUAL, "text", "made");

  /** What some do. */
  static final List<String> OTHERS =
      List.of(
          "streams",
          "signatures",
          "bodies",
          "routes",
          "waits",
          "pipes",
          "compression",
          "forms",
          "documents");

  private static final String NAME = "brink/warm-up";
  private static final String MAIN = "main.js";

  /** It is our own code, and on a machine that is busy its first run takes many times longer. */
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(60), Duration.ofSeconds(60), 512L << 20, 1L << 20, 1L << 20, 64);

  /**
   * One that does {@code what}, another one for each {@code number}: none finds the source of
   * another one read.
   */
  static FunctionBundle bundle(String what, int number) {
    String source = USUALS.contains(what) ? "warmup" : "warmups";
    String text = GuestSource.of(source).getCharacters() + "// " + number;
    return new FunctionBundle(
        NAME,
        MAIN,
        Map.of(MAIN, text.getBytes(StandardCharsets.UTF_8)),
        LIMITS,
        Map.of(),
        Set.of());
  }

  /** Whether it is such a function. */
  static boolean isOwn(FunctionBundle bundle) {
    return bundle.name().equals(NAME);
  }

  /** A call of the one that does {@code what}. */
  static Invocation call(String what) {
    HttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/" + what + "?warm=up");
    request.headers().set("host", "localhost").set("user-agent", "brink");
    return new Invocation(
        request, "http", null, "warm-up", System.nanoTime() + LIMITS.wall().toNanos());
  }

  private WarmUpFunction() {}
}
