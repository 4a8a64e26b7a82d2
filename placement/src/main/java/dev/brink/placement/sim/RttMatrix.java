package dev.brink.placement.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Round-trip times between nodes, in nanoseconds. Immutable; may be asymmetric.
 *
 * <p>A file has one line per node with one number per node, separated by white space or commas. A
 * zero off the diagonal was below the clock's resolution and counts as half the smallest time in
 * the file.
 */
public final class RttMatrix {
  private static final int MAX_NODES = 4096;
  private static final double SECONDS_BELOW = 3;

  /** The unit of the numbers in a file. */
  public enum Unit {
    /** Milliseconds. */
    MILLISECONDS,
    /** Seconds. */
    SECONDS,
    /** Seconds when the median is below 3, else milliseconds: right for wide-area networks. */
    GUESSED
  }

  private final long[][] nanos;

  private RttMatrix(long[][] nanos) {
    this.nanos = nanos;
  }

  /**
   * Reads a file whose unit is guessed.
   *
   * @throws IOException when it can't be read
   * @throws IllegalArgumentException when it is no square matrix of times
   */
  public static RttMatrix read(Path file) throws IOException {
    return read(file, Unit.GUESSED);
  }

  /**
   * Reads a file.
   *
   * @throws IOException when it can't be read
   * @throws IllegalArgumentException when it is no square matrix of times
   */
  public static RttMatrix read(Path file, Unit unit) throws IOException {
    List<String> lines = Files.readAllLines(file).stream().filter(l -> !l.isBlank()).toList();
    int size = lines.size();
    if (size < 1 || size > MAX_NODES) {
      throw new IllegalArgumentException(
          file + ": " + size + " lines (expected: 1 to " + MAX_NODES + ")");
    }
    var values = new double[size][];
    for (int i = 0; i < size; i++) {
      values[i] = row(file, i, lines.get(i), size);
    }
    return of(values, unit);
  }

  private static double[] row(Path file, int line, String text, int size) {
    String[] words = text.strip().split("[\\s,]+", -1);
    if (words.length != size) {
      throw new IllegalArgumentException(
          "%s line %d: %d numbers (expected: %d)".formatted(file, line + 1, words.length, size));
    }
    var row = new double[size];
    for (int j = 0; j < size; j++) {
      row[j] = time(file, line, words[j]);
    }
    return row;
  }

  private static double time(Path file, int line, String word) {
    try {
      double value = Double.parseDouble(word);
      if (value >= 0 && value < 1e6) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s line %d: %s (expected: a number)".formatted(file, line + 1, word), e);
    }
    throw new IllegalArgumentException(
        "%s line %d: %s (expected: 0 to 1000000)".formatted(file, line + 1, word));
  }

  private static RttMatrix of(double[][] values, Unit unit) {
    double[] positive =
        Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(v -> v > 0).sorted().toArray();
    double least = positive.length == 0 ? 1 : positive[0] / 2;
    double median = positive.length == 0 ? 1 : positive[positive.length / 2];
    boolean seconds =
        switch (unit) {
          case SECONDS -> true;
          case MILLISECONDS -> false;
          case GUESSED -> median < SECONDS_BELOW;
        };
    double scale = seconds ? 1e9 : 1e6;
    var nanos = new long[values.length][values.length];
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values.length; j++) {
        nanos[i][j] = i == j ? 0 : Math.round(Math.max(values[i][j], least) * scale);
      }
    }
    return new RttMatrix(nanos);
  }

  /**
   * Made up: sites on a sphere the size of the Earth, some with several nodes; light in glass takes
   * detours, and each node has its own access delay. Nothing in it comes from a measured matrix.
   */
  public static RttMatrix synthetic(int nodes, long seed) {
    return new RttMatrix(SyntheticNetwork.rttNanos(nodes, seed));
  }

  /** Some of the nodes, each at most once, in random order. */
  public RttMatrix sample(int nodes, RandomGenerator random) {
    if (nodes < 1 || nodes > size()) {
      throw new IllegalArgumentException("nodes: " + nodes + " (expected: 1 to " + size() + ")");
    }
    int[] order = Shuffle.order(size(), random);
    var some = new long[nodes][nodes];
    for (int i = 0; i < nodes; i++) {
      for (int j = 0; j < nodes; j++) {
        some[i][j] = nanos[order[i]][order[j]];
      }
    }
    return new RttMatrix(some);
  }

  /** How many nodes. */
  public int size() {
    return nanos.length;
  }

  /** From one node to another and back, as the first measures it; 0 to itself. */
  public long rttNanos(int from, int to) {
    return nanos[from][to];
  }
}
