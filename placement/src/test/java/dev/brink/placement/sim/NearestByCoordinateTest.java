package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.brink.placement.coordinate.Coordinate;
import dev.brink.placement.coordinate.ProbePlan;
import dev.brink.placement.coordinate.Vivaldi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whether coordinates find a near node where each node measures a quarter of the others. */
class NearestByCoordinateTest {
  private static final Path MEASURED = Path.of("../../shared/data/rtt/planetlab-490.txt");
  private static final int PROBES = 40;

  /** The best measured peer's round trip over the nearest one's, the median over all nodes. */
  private static double stretch(RttMatrix matrix, boolean planned) {
    int size = matrix.size();
    var random = new SplittableRandom(1);
    List<Vivaldi> nodes = new ArrayList<>();
    List<ProbePlan> plans = new ArrayList<>();
    List<Set<String>> measured = new ArrayList<>();
    for (int n = 0; n < size; n++) {
      nodes.add(new Vivaldi("" + n));
      plans.add(new ProbePlan("" + n));
      measured.add(new HashSet<>());
    }
    for (int probe = 0; probe < PROBES; probe++) {
      Map<String, Coordinate> all = new HashMap<>();
      for (int n = 0; n < size; n++) {
        all.put("" + n, nodes.get(n).coordinate());
      }
      for (int n = 0; n < size; n++) {
        Map<String, Coordinate> peers = new HashMap<>(all);
        peers.remove("" + n);
        Coordinate own = nodes.get(n).coordinate();
        int peer =
            planned
                ? Integer.parseInt(plans.get(n).next(own, peers, measured.get(n)).orElseThrow())
                : (n + 1 + random.nextInt(size - 1)) % size;
        measured.get(n).add("" + peer);
        nodes.get(n).measured("" + peer, nodes.get(peer).coordinate(), matrix.rttNanos(n, peer));
      }
    }
    double[] sorted =
        IntStream.range(0, size)
            .mapToDouble(n -> stretch(matrix, n, measured.get(n)))
            .sorted()
            .toArray();
    return sorted[size / 2];
  }

  private static double stretch(RttMatrix matrix, int from, Set<String> measured) {
    double found = least(matrix, from, measured.stream().mapToInt(Integer::parseInt));
    return found / least(matrix, from, IntStream.range(0, matrix.size()));
  }

  private static double least(RttMatrix matrix, int from, IntStream peers) {
    return peers
        .filter(peer -> peer != from)
        .mapToDouble(peer -> matrix.rttNanos(from, peer) + 1e6)
        .min()
        .orElseThrow();
  }

  private static void compare(RttMatrix matrix, double ofByLot) {
    double planned = stretch(matrix, true);
    double byLot = stretch(matrix, false);
    assertThat(planned)
        .as("times as far as the nearest, at the median; by lot %.2f", byLot)
        .isLessThan(ofByLot * byLot);
  }

  @Test
  void onMadeUpSites() {
    compare(RttMatrix.synthetic(160, 5), 0.9);
  }

  @Test
  void onMeasuredRoundTrips() throws IOException {
    assumeTrue(Files.exists(MEASURED), "no measured data in " + MEASURED.toAbsolutePath());
    compare(RttMatrix.read(MEASURED).sample(160, new SplittableRandom(7)), 0.5);
  }
}
