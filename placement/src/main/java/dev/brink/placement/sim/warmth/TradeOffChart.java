package dev.brink.placement.sim.warmth;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.List;
import java.util.Locale;

/** Draws cold starts over wasted memory: the learned policy as a line, one point for each price. */
final class TradeOffChart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 400;
  private static final int LEFT = 60;
  private static final int BOTTOM = 350;
  private static final int RIGHT = 620;
  private static final int TOP = 20;

  private final double maxX;
  private final double maxY;
  private final StringBuilder svg = new StringBuilder();

  private TradeOffChart(List<Row> rows) {
    maxX = 1.1 * rows.stream().mapToDouble(row -> row.score().wastedGbHours()).max().orElse(1);
    maxY = 1.1 * rows.stream().mapToDouble(row -> row.score().coldShare()).max().orElse(1);
  }

  static String svg(List<Row> rows) {
    var chart = new TradeOffChart(rows);
    chart.axes();
    chart.line(rows.stream().filter(row -> row.policy().equals("learned-cost")).toList());
    for (Row row : rows) {
      chart.point(row);
    }
    return chart.svg.append("</svg>\n").toString();
  }

  private void axes() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        WIDTH, HEIGHT);
    add("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#444\"/>\n", LEFT, TOP, BOTTOM, RIGHT);
    for (int i = 0; i <= 5; i++) {
      add(
          "<text x=\"%.0f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>\n",
          x(maxX * i / 5), BOTTOM + 18, maxX * i / 5);
      add(
          "<text x=\"%d\" y=\"%.0f\" text-anchor=\"end\">%.1f %%</text>\n",
          LEFT - 6, y(maxY * i / 5) + 4, 100 * maxY * i / 5);
    }
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">memory held for nothing, GB·h</text>\n",
        (LEFT + RIGHT) / 2, BOTTOM + 40);
    add("<text x=\"%d\" y=\"%d\">cold starts</text>\n", LEFT + 6, TOP + 10);
  }

  private void line(List<Row> rows) {
    svg.append("<polyline fill=\"none\" stroke=\"#0a7\" stroke-width=\"2\" points=\"");
    for (Row row : rows) {
      add("%.1f,%.1f ", x(row.score().wastedGbHours()), y(row.score().coldShare()));
    }
    svg.append("\"/>\n");
  }

  private void point(Row row) {
    boolean learned = row.policy().equals("learned-cost");
    double x = x(row.score().wastedGbHours());
    double y = y(row.score().coldShare());
    add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n", x, y, learned ? "#0a7" : "#c50");
    String label = learned ? String.format(Locale.ROOT, "%.0f", row.price() / 1e3) : row.policy();
    add("<text x=\"%.1f\" y=\"%.1f\">%s</text>\n", x + 7, y - 5, label);
  }

  private double x(double value) {
    return LEFT + (RIGHT - LEFT) * value / maxX;
  }

  private double y(double value) {
    return BOTTOM - (BOTTOM - TOP) * value / maxY;
  }

  @FormatMethod
  private void add(@FormatString String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
