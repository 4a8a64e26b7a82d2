package dev.brink.placement.sim;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.Locale;
import java.util.Map;

/** Latencies by rule as a chart: a bar each for p50 and p99, on a logarithmic scale, as SVG. */
final class Chart {
  private static final int WIDTH = 760;
  private static final int LEFT = 130;
  private static final int ROW = 40;
  private static final int TOP = 40;

  private final Map<String, Result> results;

  Chart(Map<String, Result> results) {
    this.results = results;
  }

  String svg() {
    int height = TOP + ROW * results.size() + 30;
    double most = 1;
    for (Result result : results.values()) {
      most = Math.max(most, result.latencyMillis(0.99));
    }
    double decades = Math.max(1, Math.ceil(Math.log10(most)));
    var svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            + "font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH,
        height);
    add(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    add(svg, "<text x=\"10\" y=\"20\">latency by rule: p50 (dark) and p99 (light), ms</text>");
    for (int decade = 0; decade <= decades; decade++) {
      double x = LEFT + (WIDTH - LEFT - 70) * decade / decades;
      add(
          svg,
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>",
          x,
          TOP - 8,
          x,
          height - 25);
      add(svg, "<text x=\"%.1f\" y=\"%d\">%.0f</text>", x - 6, height - 8, Math.pow(10, decade));
    }
    int y = TOP;
    for (Map.Entry<String, Result> entry : results.entrySet()) {
      add(svg, "<text x=\"10\" y=\"%d\">%s</text>", y + 20, entry.getKey());
      bar(svg, y, entry.getValue().latencyMillis(0.99), decades, "#9ecae1");
      bar(svg, y + 15, entry.getValue().latencyMillis(0.5), decades, "#08519c");
      y += ROW;
    }
    return svg.append("</svg>\n").toString();
  }

  private static void bar(StringBuilder svg, int y, double millis, double decades, String colour) {
    double width = (WIDTH - LEFT - 70) * Math.max(0, Math.log10(Math.max(1, millis))) / decades;
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"13\" fill=\"%s\"/>",
        LEFT,
        y,
        width,
        colour);
    add(svg, "<text x=\"%.1f\" y=\"%d\">%.1f</text>", LEFT + width + 4, y + 11, millis);
  }

  @FormatMethod
  private static void add(StringBuilder to, @FormatString String format, Object... values) {
    to.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
