package dev.brink.exec;

import java.util.List;
import java.util.Locale;

/**
 * Microseconds of {@code JSON.parse} and {@code JSON.stringify} beside the engine's own, by turns
 * in one instance: {@code JsonFigures [ROUNDS]}, of a second each.
 */
public final class JsonFigures {
  private static final List<String> USES = List.of("parse", "stringify");
  private static final List<String> TEXTS = List.of("orders", "small", "mixed", "numbers");

  private static final String MODULE =
      """
      const line = (sku, count, cents) => ({ sku, count, cents });
      const texts = {
        // 10 KB, as work.sh has it
        orders: JSON.stringify({ orders: Array.from({ length: 48 }, (_, i) => ({
          id: i, customer: `customer-${i % 10}`, at: `2026-11-${10 + i % 18}T10:00:00Z`,
          lines: [line(`a-${i}`, 1 + i % 5, 1250), line(`b-${i}`, 2, 399)],
          note: 'please ring twice, it is the door on the left' })) }),
        // the claims of a token
        small: JSON.stringify({ sub: '1234567890', name: 'Jane Doe', scope: ['read', 'write'], exp: 1999999999, ok: true }),
        // objects that have little in common
        mixed: JSON.stringify(Array.from({ length: 100 }, (_, i) => ({
          [`k${i % 40}`]: i, [`x${i % 17}`]: `v${i}`, t: i % 2 ? 1 : 'one', d: i / 3 }))),
        numbers: JSON.stringify(Array.from({ length: 1000 }, (_, i) => i * 1.25)),
      };
      const values = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, JSON.parse(text)]));
      const uses = {
        parse: { of: texts, engine: (text) => JSON.parse(Object(text)), brink: (text) => JSON.parse(text) },
        stringify: { of: values, engine: (value) => JSON.stringify(value, null), brink: (value) => JSON.stringify(value) },
      };
      const micros = (use, given) => {
        const start = performance.now();
        let count = 0;
        let took = 0;
        while (took < 1000) {
          for (let i = 0; i < 10; i++) use(given);
          count += 10;
          took = performance.now() - start;
        }
        return took * 1000 / count;
      };
      export default {
        fetch(request) {
          const [, use, whose, text] = new URL(request.url).pathname.split('/');
          return new Response(String(micros(uses[use][whose], uses[use].of[text])));
        },
      };
      """;

  /**
   * Measures.
   *
   * @param args how many rounds; 6 when nothing is said
   */
  public static void main(String[] args) {
    int rounds = args.length == 0 ? 6 : Integer.parseInt(args[0]);
    System.out.println("round  use        text     engine   brink  engine : brink");
    try (Sandbox sandbox = Sandbox.of(1);
        LoadedFunction function = sandbox.load(MODULE)) {
      for (int round = 1; round <= rounds; round++) {
        for (String use : USES) {
          for (String text : TEXTS) {
            double engine = micros(sandbox, function, use + "/engine/" + text);
            double brink = micros(sandbox, function, use + "/brink/" + text);
            System.out.printf(
                Locale.ROOT,
                "%5d  %-9s  %-7s %7.1f %7.1f  %.1f%n",
                round,
                use,
                text,
                engine,
                brink,
                engine / brink);
          }
        }
      }
    }
  }

  private static double micros(Sandbox sandbox, LoadedFunction function, String path) {
    return Double.parseDouble(sandbox.get(function, "/" + path).end().text());
  }

  private JsonFigures() {}
}
