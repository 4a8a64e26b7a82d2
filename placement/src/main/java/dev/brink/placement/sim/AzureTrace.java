package dev.brink.placement.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The schema of the AzurePublicDataset's functions of 2019. */
final class AzureTrace {
  private static final String[] DURATION_COLUMNS = {
    "percentile_Average_0",
    "percentile_Average_1",
    "percentile_Average_25",
    "percentile_Average_50",
    "percentile_Average_75",
    "percentile_Average_99",
    "percentile_Average_100"
  };
  private static final double[] DURATION_SHARES = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};

  private AzureTrace() {}

  static List<TracedFunction> read(Path directory) throws IOException {
    CsvTable invocations = CsvTable.read(find(directory, "invocations"));
    Map<String, Durations> durations = durations(CsvTable.read(find(directory, "durations")));
    Map<String, Double> memory = memory(CsvTable.read(find(directory, "memory")));
    int[] minutes = minuteColumns(invocations);
    Set<String> seen = new HashSet<>();
    List<TracedFunction> functions = new ArrayList<>();
    for (int row = 0; row < invocations.size(); row++) {
      String id = invocations.text(row, "HashFunction");
      String app = invocations.text(row, "HashApp");
      Durations ran = durations.get(id);
      Double megabytes = memory.getOrDefault(id, memory.get(app));
      if (ran == null || megabytes == null || !seen.add(id)) {
        continue; // the published files miss a few functions in one or the other
      }
      functions.add(
          new TracedFunction(
              id,
              app,
              invocations.text(row, "Trigger"),
              counts(invocations, row, minutes),
              ran.averageMillis,
              ran.quantiles,
              megabytes));
    }
    return functions;
  }

  private static Path find(Path directory, String name) throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().contains(name))
          .filter(file -> file.getFileName().toString().endsWith(".csv"))
          .min(Path::compareTo)
          .orElseThrow(() -> new NoSuchFileException(directory + "/*" + name + "*.csv"));
    }
  }

  /** The columns whose names are numbers. */
  private static int[] minuteColumns(CsvTable table) {
    var columns = new ArrayList<Integer>();
    for (int i = 0; i < table.header().size(); i++) {
      if (table.header().get(i).chars().allMatch(Character::isDigit)) {
        columns.add(i);
      }
    }
    return columns.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] counts(CsvTable table, int row, int[] columns) {
    var counts = new int[columns.length];
    for (int i = 0; i < columns.length; i++) {
      try {
        counts[i] = Math.max(0, Integer.parseInt(table.text(row, columns[i])));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "invocations line %d: %s (expected: a whole number)"
                .formatted(row + 2, table.text(row, columns[i])),
            e);
      }
    }
    return counts;
  }

  private record Durations(double averageMillis, Quantiles quantiles) {}

  private static Map<String, Durations> durations(CsvTable table) {
    Map<String, Durations> all = new HashMap<>();
    for (int row = 0; row < table.size(); row++) {
      var values = new double[DURATION_SHARES.length];
      double least = 0;
      for (int i = 0; i < values.length; i++) {
        least = Math.max(least, table.number(row, DURATION_COLUMNS[i]));
        values[i] = least;
      }
      double average = Math.max(0, table.number(row, "Average"));
      all.put(
          table.text(row, "HashFunction"),
          new Durations(average, new Quantiles(DURATION_SHARES, values)));
    }
    return all;
  }

  /** By function where the file has functions, else by application. */
  private static Map<String, Double> memory(CsvTable table) {
    String key = table.has("HashFunction") ? "HashFunction" : "HashApp";
    Map<String, Double> all = new HashMap<>();
    for (int row = 0; row < table.size(); row++) {
      all.put(table.text(row, key), Math.max(1, table.number(row, "AverageAllocatedMb_pct50")));
    }
    return all;
  }
}
