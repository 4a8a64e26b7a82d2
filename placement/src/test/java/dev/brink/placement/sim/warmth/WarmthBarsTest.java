package dev.brink.placement.sim.warmth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brink.placement.sim.InvocationTrace;
import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.KeeperSettings;
import dev.brink.placement.warmth.WarmthPolicyKind;
import dev.brink.placement.warmth.WarmthSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WarmthBarsTest {
  private static final long HALF = 240 * CalledFunction.MINUTE;
  private static final Path AZURE = Path.of("../../shared/data/invocations/azure2019-250");

  private static WarmthScore score(WarmthPolicyKind kind, List<CalledFunction> functions) {
    return new PolicyRun(kind, WarmthSettings.defaults(), ColdPrice.DEFAULT, HALF, 2 * HALF)
        .run(functions);
  }

  @Test
  void fewerThanOneColdStartInAHundredOnHttpFunctionsForLessMemoryThanAFixedWindow()
      throws IOException {
    assumeTrue(Files.isDirectory(AZURE), () -> "no trace at " + AZURE);
    List<CalledFunction> http =
        CalledFunction.of(InvocationTrace.read(AZURE).only(f -> f.trigger().equals("http")));

    WarmthScore fixed = score(WarmthPolicyKind.FIXED_WINDOW, http);
    WarmthScore histogram = score(WarmthPolicyKind.HYBRID_HISTOGRAM, http);
    WarmthScore learned = score(WarmthPolicyKind.LEARNED_COST, http);
    var settings = KeeperSettings.builder().memoryBytes(Long.MAX_VALUE / 2).build();
    WarmthScore node = new KeeperRun(settings, HALF, 2 * HALF).run(http);

    assertThat(fixed.coldShare()).isBetween(0.04, 0.06);
    for (WarmthScore own : List.of(learned, node)) {
      assertThat(own.coldShare()).isLessThanOrEqualTo(0.01);
      assertThat(own.wastedGbHours()).isLessThanOrEqualTo(fixed.wastedGbHours());
      assertThat(own.coldShare()).isLessThanOrEqualTo(histogram.coldShare());
      assertThat(own.wastedGbHours()).isLessThanOrEqualTo(0.65 * histogram.wastedGbHours());
    }
  }

  @ParameterizedTest
  @EnumSource
  void onMadeUpCallersTheLearnedPolicyIsAtMostATenthFromTheCheapest(Workload workload) {
    List<CalledFunction> functions = workload.functions(7, 480).subList(0, 40);
    double learned = score(WarmthPolicyKind.LEARNED_COST, functions).costMbSeconds();
    for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
      assertThat(learned)
          .as("against %s", kind)
          .isLessThan(1.1 * score(kind, functions).costMbSeconds());
    }
  }

  /** More than 5 % of four processors can make in a minute. */
  @Test
  void aWholeNodeKeepsUpWithManyTimersOfTheSameMinute() {
    int minutes = 480;
    var functions = new ArrayList<CalledFunction>();
    for (int f = 0; f < 60; f++) {
      var busy = new ArrayList<CalledFunction.Span>();
      for (long minute = 15; minute < minutes; minute += 15) {
        busy.add(
            new CalledFunction.Span(
                minute * CalledFunction.MINUTE, (minute + 1) * CalledFunction.MINUTE));
      }
      functions.add(new CalledFunction("f" + f, 200, busy));
    }
    long end = minutes * CalledFunction.MINUTE;
    var settings = KeeperSettings.builder().memoryBytes(Long.MAX_VALUE / 2).build();
    WarmthScore node = new KeeperRun(settings, end / 2, end).run(functions);
    assertThat(node.calls()).isEqualTo(60 * 16);
    assertThat(node.coldShare()).isLessThan(0.01);
    double everythingKept = 0.2 * 60 * 4 * 14 / 15;
    assertThat(node.wastedGbHours()).isLessThan(0.9 * everythingKept);
  }

  @Test
  void theCommandPrintsATableAndWritesItsFiles(@TempDir Path directory) throws IOException {
    var out = new ByteArrayOutputStream();
    Path svg = directory.resolve("chart.svg");
    Path json = directory.resolve("result.json");
    Main.run(
        new String[] {
          "--trace",
          trace(directory).toString(),
          "--trigger",
          "any",
          "--seeds",
          "2",
          "--svg",
          svg.toString(),
          "--json",
          json.toString()
        },
        new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("| any | fixed-window |")
        .contains("| any | node |");
    assertThat(svg).content().startsWith("<svg").endsWith("</svg>\n").contains("polyline");
    assertThat(json).content().startsWith("[{\"trace\":\"any\"");
    assertThatThrownBy(() -> Main.run(new String[] {"--trac", "x"}, System.out))
        .hasMessageStartingWith("--trac (expected: --trace, --trigger, --policy,");
    assertThatThrownBy(() -> Main.run(new String[] {"--policy", "best"}, System.out))
        .hasMessage(
            "--policy: best (expected: all, or of fixed-window, hybrid-histogram, q-learning,"
                + " learned-cost, node)");
    assertThatThrownBy(() -> Main.run(new String[] {"--seeds", "0"}, System.out))
        .hasMessageStartingWith("--seeds: 0.0 (expected: a whole number");
  }

  /** Made-up callers and Q-learning differ by seed; a replayed trace under another policy not. */
  @Test
  void seedsAreAddedUpWhereChancePlaysAPart() throws IOException {
    assertThat(table("--policy fixed-window,q-learning --seeds 1"))
        .isNotEqualTo(table("--policy fixed-window,q-learning --seeds 1 --first-seed 2"));
    List<String> one = table("--policy fixed-window --seeds 1");
    List<String> two = table("--policy fixed-window --seeds 2");
    assertThat(two).hasSameSizeAs(one);
    assertThat(calls(two.getLast())).isGreaterThan(3 * calls(one.getLast()) / 2);
  }

  private static List<String> table(String line) throws IOException {
    var out = new ByteArrayOutputStream();
    Main.run(line.split(" ", -1), new PrintStream(out, true, StandardCharsets.UTF_8));
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static int calls(String row) {
    return Integer.parseInt(row.replaceAll(".* % of (\\d+) .*", "$1"));
  }

  /** One function, called each fifth minute. */
  private static Path trace(Path directory) throws IOException {
    var header = new StringBuilder("HashOwner,HashApp,HashFunction,Trigger");
    var counts = new StringBuilder("o,a,f,http");
    for (int minute = 1; minute <= 60; minute++) {
      header.append(',').append(minute);
      counts.append(minute % 5 == 0 ? ",3" : ",0");
    }
    Files.writeString(directory.resolve("invocations.csv"), header + "\n" + counts + "\n");
    Files.writeString(
        directory.resolve("durations.csv"),
        "HashOwner,HashApp,HashFunction,Average,percentile_Average_0,percentile_Average_1,"
            + "percentile_Average_25,percentile_Average_50,percentile_Average_75,"
            + "percentile_Average_99,percentile_Average_100\no,a,f,5,1,1,2,5,7,9,10\n");
    Files.writeString(
        directory.resolve("memory.csv"),
        "HashFunction,HashApp,AverageAllocatedMb_pct50\nf,a,100\n");
    return directory;
  }
}
