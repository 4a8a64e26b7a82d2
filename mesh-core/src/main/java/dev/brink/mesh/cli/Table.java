package dev.brink.mesh.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Aligned columns. */
final class Table {
  private final List<String> headings;
  private final List<List<String>> rows = new ArrayList<>();

  private Table(List<String> headings) {
    this.headings = headings;
  }

  /** With these headings; one that starts with {@code >} is of numbers, aligned to the right. */
  static Table of(String... headings) {
    return new Table(List.of(headings));
  }

  Table row(Object... cells) {
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(OneLine.of(String.valueOf(cell)));
    }
    rows.add(row);
    return this;
  }

  void print(PrintStream out, String indent) {
    int[] widths = new int[headings.size()];
    List<List<String>> all = new ArrayList<>();
    all.add(headings.stream().map(Table::title).toList());
    all.addAll(rows);
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : all) {
      out.println((indent + line(row, widths)).stripTrailing());
    }
  }

  private String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = row.get(i);
      int space = widths[i] - cell.length();
      boolean right = headings.get(i).startsWith(">");
      line.repeat(' ', right ? space : 0).append(cell).repeat(' ', right ? 0 : space);
      line.append("  ");
    }
    return line.toString();
  }

  private static String title(String heading) {
    return heading.startsWith(">") ? heading.substring(1) : heading;
  }
}
