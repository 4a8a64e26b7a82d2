package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.placement.sim.RttMatrix.Unit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadersTest {
  @TempDir private Path directory;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  @Test
  void aMatrixOfMillisecondsAndOneOfSeconds() throws IOException {
    var millis = RttMatrix.read(file("ms", "0\t12.5\n40 0\n"));
    assertThat(millis.size()).isEqualTo(2);
    assertThat(millis.rttNanos(0, 1)).isEqualTo(12_500_000);
    assertThat(millis.rttNanos(1, 0)).isEqualTo(40_000_000);

    var seconds = RttMatrix.read(file("s", "0 0.2 0\n0.1 0 0.4\n\n0.3 0.5 0\n"));
    assertThat(seconds.rttNanos(2, 1)).isEqualTo(500_000_000);
    assertThat(seconds.rttNanos(0, 2)).as("below the resolution").isEqualTo(50_000_000);
    assertThat(seconds.rttNanos(1, 1)).isZero();
    assertThat(RttMatrix.read(file("lan", "0 0.2\n0.2 0"), Unit.MILLISECONDS).rttNanos(0, 1))
        .isEqualTo(200_000);
  }

  @Test
  void whatIsNoMatrixIsRefused() throws IOException {
    Path ragged = file("ragged", "0 1\n1 0 3\n");
    assertThatThrownBy(() -> RttMatrix.read(ragged))
        .hasMessage(ragged + " line 2: 3 numbers (expected: 2)");
    Path words = file("words", "0 x\n1 0\n");
    assertThatThrownBy(() -> RttMatrix.read(words))
        .hasMessage(words + " line 1: x (expected: a number)");
    Path wild = file("wild", "0 NaN\n1 0\n");
    assertThatThrownBy(() -> RttMatrix.read(wild))
        .hasMessage(wild + " line 1: NaN (expected: 0 to 1000000)");
    Path empty = file("empty", "");
    assertThatThrownBy(() -> RttMatrix.read(empty)).hasMessageContaining("0 lines");
  }

  @Test
  void aSampleKeepsTheTimes() throws IOException {
    var matrix = RttMatrix.synthetic(30, 5);
    var sample = matrix.sample(30, new SplittableRandom(1));
    assertThat(sum(sample)).isEqualTo(sum(matrix));
    assertThatThrownBy(() -> matrix.sample(31, new SplittableRandom(1)))
        .hasMessage("nodes: 31 (expected: 1 to 30)");
  }

  private static long sum(RttMatrix matrix) {
    long sum = 0;
    for (int i = 0; i < matrix.size(); i++) {
      for (int j = 0; j < matrix.size(); j++) {
        sum += matrix.rttNanos(i, j);
      }
    }
    return sum;
  }

  @Test
  void aTraceInTheSchemaOfAzure() throws IOException {
    file(
        "invocations_per_function_md.anon.d01.csv",
        """
        HashOwner,HashApp,HashFunction,Trigger,1,2,3
        o,a1,f1,http,5,0,7
        o,a2,f2,timer,1,1,1
        o,a3,unknown,http,1,1,1
        """);
    file(
        "function_durations_percentiles.anon.d01.csv",
        """
        HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,\
        percentile_Average_1,percentile_Average_25,percentile_Average_50,\
        percentile_Average_75,percentile_Average_99,percentile_Average_100
        o,a1,f1,120,9,1,900,10,20,50,100,150,500,900
        o,a2,f2,3,9,1,9,1,1,2,3,4,8,9
        """);
    file(
        "app_memory_percentiles.anon.d01.csv",
        """
        HashOwner,HashApp,SampleCount,AverageAllocatedMb,AverageAllocatedMb_pct50
        o,a1,7,100,90
        o,a2,7,50,0
        """);

    var trace = InvocationTrace.read(directory);

    assertThat(trace.minutes()).isEqualTo(3);
    assertThat(trace.functions()).extracting(TracedFunction::id).containsExactly("f1", "f2");
    var f1 = trace.functions().getFirst();
    assertThat(f1.trigger()).isEqualTo("http");
    assertThat(f1.invocations()).isEqualTo(12);
    assertThat(f1.invocations(2)).isEqualTo(7);
    assertThat(f1.averageMillis()).isEqualTo(120);
    assertThat(f1.memoryMb()).isEqualTo(90);
    assertThat(f1.durationMillis(0)).isEqualTo(10);
    assertThat(f1.durationMillis(0.375)).isCloseTo(75, Offset.offset(1e-9));
    assertThat(f1.durationMillis(1)).isEqualTo(900);
    assertThat(trace.only(f -> f.trigger().equals("timer")).functions()).hasSize(1);
    Files.delete(directory.resolve("app_memory_percentiles.anon.d01.csv"));
    assertThatThrownBy(() -> InvocationTrace.read(directory)).isInstanceOf(IOException.class);
  }

  @Test
  void whatIsMadeUpIsTheSameForTheSameSeed() {
    var one = InvocationTrace.synthetic(50, 60, 3);
    var two = InvocationTrace.synthetic(50, 60, 3);
    assertThat(one.functions()).hasSize(50);
    for (int f = 0; f < 50; f++) {
      assertThat(one.functions().get(f)).hasToString(two.functions().get(f).toString());
    }
    assertThat(one.functions().getFirst().invocations()).isBetween(9_000L, 36_000L);
    assertThat(RttMatrix.synthetic(20, 1).rttNanos(3, 4))
        .isEqualTo(RttMatrix.synthetic(20, 1).rttNanos(3, 4))
        .isNotEqualTo(RttMatrix.synthetic(20, 2).rttNanos(3, 4));
  }
}
