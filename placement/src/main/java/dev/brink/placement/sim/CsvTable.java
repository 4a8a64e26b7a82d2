package dev.brink.placement.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A file of comma-separated values whose first line names the columns; no quotes. Immutable. */
final class CsvTable {
  private static final long MAX_BYTES = 1L << 30;

  private final Path file;
  private final List<String> header;
  private final Map<String, Integer> columns = new HashMap<>();
  private final List<String[]> rows = new ArrayList<>();

  private CsvTable(Path file, List<String> header) {
    this.file = file;
    this.header = header;
    for (int i = 0; i < header.size(); i++) {
      columns.put(header.get(i), i);
    }
  }

  static CsvTable read(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IllegalArgumentException(file + ": over 1 GiB (expected: less)");
    }
    try (var reader = Files.newBufferedReader(file)) {
      String first = reader.readLine();
      if (first == null) {
        throw new IllegalArgumentException(file + ": empty (expected: a line of column names)");
      }
      var table = new CsvTable(file, List.of(first.strip().split(",", -1)));
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        if (!line.isBlank()) {
          table.add(line.strip().split(",", -1));
        }
      }
      return table;
    }
  }

  private void add(String[] row) {
    if (row.length != header.size()) {
      throw new IllegalArgumentException(
          "%s line %d: %d values (expected: %d)"
              .formatted(file, rows.size() + 2, row.length, header.size()));
    }
    rows.add(row);
  }

  int size() {
    return rows.size();
  }

  List<String> header() {
    return header;
  }

  boolean has(String column) {
    return columns.containsKey(column);
  }

  String text(int row, String column) {
    return rows.get(row)[index(column)];
  }

  String text(int row, int column) {
    return rows.get(row)[column];
  }

  double number(int row, String column) {
    String text = text(row, column);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(message(row, column, text), e);
    }
    throw new IllegalArgumentException(message(row, column, text));
  }

  private String message(int row, String column, String text) {
    return "%s line %d, %s: %s (expected: a number)".formatted(file, row + 2, column, text);
  }

  int index(String column) {
    Integer index = columns.get(column);
    if (index == null) {
      throw new IllegalArgumentException(file + ": no column " + column);
    }
    return index;
  }
}
