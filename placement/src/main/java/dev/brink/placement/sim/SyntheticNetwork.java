package dev.brink.placement.sim;

import java.util.SplittableRandom;

/** Round-trip times of a made-up network. */
final class SyntheticNetwork {
  private static final double EARTH_RADIUS_KM = 6371;
  private static final double FIBRE_KM_PER_MS = 200;
  private static final int NODES_PER_SITE = 3;

  private SyntheticNetwork() {}

  private record Site(double x, double y, double z) {
    double kilometres(Site other) {
      double cosine = x * other.x + y * other.y + z * other.z;
      return EARTH_RADIUS_KM * Math.acos(Math.clamp(cosine, -1, 1));
    }
  }

  static long[][] rttNanos(int nodes, long seed) {
    var random = new SplittableRandom(seed);
    var sites = new Site[Math.max(1, nodes / NODES_PER_SITE)];
    for (int s = 0; s < sites.length; s++) {
      sites[s] = site(random);
    }
    var at = new int[nodes];
    var accessMillis = new double[nodes];
    for (int n = 0; n < nodes; n++) {
      at[n] = random.nextInt(sites.length);
      accessMillis[n] = 0.1 + 2 * -Math.log(1 - random.nextDouble());
    }
    var rtt = new long[nodes][nodes];
    for (int i = 0; i < nodes; i++) {
      for (int j = 0; j < i; j++) {
        double detour = 1.3 + 0.7 * random.nextDouble();
        double way = 2 * detour * sites[at[i]].kilometres(sites[at[j]]) / FIBRE_KM_PER_MS;
        rtt[i][j] = Math.round(1e6 * (way + accessMillis[i] + accessMillis[j]));
        rtt[j][i] = rtt[i][j];
      }
    }
    return rtt;
  }

  /** Uniform on the sphere. */
  private static Site site(SplittableRandom random) {
    double z = 2 * random.nextDouble() - 1;
    double angle = 2 * Math.PI * random.nextDouble();
    double radius = Math.sqrt(1 - z * z);
    return new Site(radius * Math.cos(angle), radius * Math.sin(angle), z);
  }
}
