package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prints how long after their limit of processor time, 50 ms, scripts that do not end by themselves
 * are over: until their caller is told, and until a call behind them on the one lane is answered.
 * Argument: how many calls of each, 100 without any.
 */
final class StopFigures {
  private static final long LIMIT_MILLIS = 50;
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofMillis(LIMIT_MILLIS),
          Duration.ofSeconds(10),
          256L << 20,
          1L << 40,
          1L << 40,
          64);

  public static void main(String[] args) {
    int calls = args.length == 0 ? 100 : Integer.parseInt(args[0]);
    Map<String, String> scripts = new LinkedHashMap<>();
    scripts.put("a loop", "while (true) {}");
    scripts.put("a loop that allocates", "let a; for (;;) a = [a && a.length, {}]");
    scripts.put("a loop of promises", "for (;;) await null");
    scripts.put("a getter", "return { get then() { for (;;) {} } }");
    scripts.put(
        "a regular expression", "return new Response(/^(a+)+\\1$/.test('a'.repeat(60)+'b'))");
    scripts.put("sorting", "for (;;) Array.from({ length: 1e5 }, (_, i) => i ^ 0x5555).sort()");
    scripts.put("JSON", "const t = '[' + '1,'.repeat(1e6) + '1]'; for (;;) JSON.parse(t)");
    scripts.put(
        "a builtin that can't be stopped",
        "return new Response(Array.prototype.indexOf.call({ length: 5e7 }, 1))");
    System.out.printf(
        "ms after the limit      told: p50    p99    max   next: p50    p99    max%n");
    scripts.forEach((name, script) -> measure(name, script, calls));
  }

  private static void measure(String name, String script, int calls) {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction runaway =
          sandbox.load("export default { async fetch() {\n" + script + "\n} }", LIMITS);
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      double[] told = new double[calls];
      double[] next = new double[calls];
      for (int i = 0; i < calls; i++) {
        long began = System.nanoTime();
        Answered ended = sandbox.get(runaway, "/");
        Answered behind = sandbox.get(neighbour, "/");
        Code code = ended.failure().code();
        told[i] = (System.nanoTime() - began) / 1e6 - LIMIT_MILLIS;
        behind.end();
        next[i] = (System.nanoTime() - began) / 1e6 - LIMIT_MILLIS;
        if (code != Code.CPU_LIMIT) {
          throw new IllegalStateException(name + ": " + code);
        }
        ended.end();
      }
      System.out.printf("%-32s%s     %s%n", name, figures(told), figures(next));
    }
  }

  private static String figures(double[] millis) {
    Arrays.sort(millis);
    int last = millis.length - 1;
    return "%7.1f%7.1f%7.1f".formatted(millis[last / 2], millis[(int) (last * 0.99)], millis[last]);
  }

  private StopFigures() {}
}
