package dev.brink.placement.sim;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A chart as SVG: lines and marks over two axes, with its own background, in light or dark as the
 * reader's system is. Not thread-safe.
 */
public final class Plot {
  private static final int WIDTH = 760;
  private static final int TOP = 56;
  private static final int RIGHT = 730;
  private static final int FOOT = 46;
  private static final int ROW = 26;
  private static final int HEIGHT = 290;
  private static final String STYLE =
      """
      <style>
      text { fill: #1f2328 } .back { fill: #fff } .grid { stroke: #d8dee4 }
      .c0 { color: #0969da } .c1 { color: #bc4c00 } .c2 { color: #1a7f37 }
      .c3 { color: #8250df } .c4 { color: #bf3989 } .c5 { color: #6e7781 }
      @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .back { fill: #0d1117 } .grid { stroke: #30363d }
      .c0 { color: #58a6ff } .c1 { color: #f0883e } .c2 { color: #3fb950 }
      .c3 { color: #bc8cff } .c4 { color: #f778ba } .c5 { color: #8b949e }
      }
      </style>
      """;
  private static final int COLOURS = 6;

  private final String title;
  private final Axis x;
  private final Axis y;
  private final List<Series> series = new ArrayList<>();
  private final StringBuilder svg = new StringBuilder();

  /** An empty one. */
  public Plot(String title, Axis x, Axis y) {
    this.title = title;
    this.x = x;
    this.y = y;
  }

  /** How one direction is laid out. */
  public static final class Axis {
    private final String title;
    private final boolean logarithmic;
    private final List<String> rows;

    private Axis(String title, boolean logarithmic, List<String> rows) {
      this.title = title;
      this.logarithmic = logarithmic;
      this.rows = rows;
    }

    /** From 0. */
    public static Axis linear(String title) {
      return new Axis(title, false, List.of());
    }

    /** In whole powers of ten. */
    public static Axis logarithmic(String title) {
      return new Axis(title, true, List.of());
    }

    /** One place for each name, from the top: 0, 1, 2. Only upwards. */
    public static Axis rows(List<String> names) {
      return new Axis("", false, List.copyOf(names));
    }
  }

  /**
   * A place in the chart.
   *
   * @param label what stands beside it, or nothing
   */
  public record Point(double x, double y, String label) {
    /** One without a label. */
    public static Point of(double x, double y) {
      return new Point(x, y, "");
    }

    private boolean drawable() {
      return Double.isFinite(x) && Double.isFinite(y);
    }
  }

  private record Series(String name, boolean line, List<Point> points) {}

  /** An axis's ends and its ticks, in what is drawn: the logarithm of a logarithmic one. */
  private record Scale(double low, double high, double step) {
    static Scale of(Axis axis, List<Double> values) {
      if (!axis.rows.isEmpty()) {
        return new Scale(axis.rows.size() - 0.5, -0.5, 1);
      }
      double most = values.stream().mapToDouble(v -> drawn(axis, v)).max().orElse(1);
      if (axis.logarithmic) {
        double least = values.stream().mapToDouble(v -> drawn(axis, v)).min().orElse(0);
        double low = Math.floor(least);
        return new Scale(low, Math.max(low + 1, Math.ceil(most)), 1);
      }
      double rough = Math.max(most, 1e-9) / 5;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double step = power * (rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
      return new Scale(0, step * Math.ceil(most / step), step);
    }

    static double drawn(Axis axis, double value) {
      return axis.logarithmic ? Math.log10(Math.max(value, 1e-9)) : value;
    }

    double part(double drawn) {
      return (drawn - low) / (high - low);
    }
  }

  /** Adds points that a line joins, in this order. */
  public void line(String name, List<Point> points) {
    series.add(new Series(name, true, drawable(points)));
  }

  /** Adds points that stand alone. */
  public void marks(String name, List<Point> points) {
    series.add(new Series(name, false, drawable(points)));
  }

  /** What is no number, or infinite, is left out. */
  private static List<Point> drawable(List<Point> points) {
    return points.stream().filter(Point::drawable).toList();
  }

  /** The whole of it. */
  public String svg() {
    svg.setLength(0);
    List<Point> all = series.stream().flatMap(one -> one.points.stream()).toList();
    var across = Scale.of(x, all.stream().map(Point::x).toList());
    var up = Scale.of(y, all.stream().map(Point::y).toList());
    int bottom = TOP + (y.rows.isEmpty() ? HEIGHT : ROW * y.rows.size());
    int left = y.rows.stream().mapToInt(name -> 24 + 7 * name.length()).max().orElse(70);
    int height = bottom + FOOT;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">\n",
        WIDTH, height, WIDTH);
    svg.append(STYLE);
    add("<rect class=\"back\" width=\"%d\" height=\"%d\"/>\n", WIDTH, height);
    text(12, 20, "start", title);
    var frame = new Frame(left, bottom, across, up);
    frame.axes();
    for (int i = 0; i < series.size(); i++) {
      frame.draw(series.get(i), i % COLOURS);
    }
    legend(left);
    return svg.append("</svg>\n").toString();
  }

  private void legend(int left) {
    double at = left;
    for (int i = 0; i < series.size(); i++) {
      String name = series.get(i).name;
      add("<g class=\"c%d\">%s</g>", i % COLOURS, mark(i % COLOURS, at + 5, 38));
      text(at + 15, 42, "start", name);
      at += 30 + 6.8 * name.length();
    }
  }

  private final class Frame {
    private final int left;
    private final int bottom;
    private final Scale across;
    private final Scale up;

    Frame(int left, int bottom, Scale across, Scale up) {
      this.left = left;
      this.bottom = bottom;
      this.across = across;
      this.up = up;
    }

    void axes() {
      for (double at = across.low; at <= across.high + across.step / 2; at += across.step) {
        double place = left + (RIGHT - left) * across.part(at);
        add("<path class=\"grid\" d=\"M%.1f %dV%d\"/>", place, TOP, bottom);
        text(place, bottom + 16, "middle", tick(x, at));
      }
      int steps = (int) Math.round(Math.abs(up.high - up.low) / up.step);
      for (int i = 0; i <= steps && y.rows.isEmpty(); i++) {
        double at = up.low + i * up.step;
        double place = bottom - (bottom - TOP) * up.part(at);
        add("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", left, place, RIGHT);
        text(left - 6.0, place + 4, "end", tick(y, at));
      }
      for (int row = 0; row < y.rows.size(); row++) {
        double place = placeY(row);
        add("<path class=\"grid\" d=\"M%d %.1fH%d\"/>", left, place, RIGHT);
        text(left - 8.0, place + 4, "end", y.rows.get(row));
      }
      text((left + RIGHT) / 2.0, bottom + 36.0, "middle", x.title);
      if (!y.title.isEmpty()) {
        add(
            "<text transform=\"rotate(-90 16 %d)\" x=\"16\" y=\"%d\" text-anchor=\"middle\">%s"
                + "</text>\n",
            (TOP + bottom) / 2, (TOP + bottom) / 2, escaped(y.title));
      }
    }

    void draw(Series one, int colour) {
      add("<g class=\"c%d\">", colour);
      if (one.line) {
        svg.append("<polyline fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" points=\"");
        one.points.forEach(point -> add("%.1f,%.1f ", placeX(point.x), placeY(point.y)));
        svg.append("\"/>");
      }
      if (!one.line || one.points.size() <= 20) {
        one.points.forEach(point -> svg.append(mark(colour, placeX(point.x), placeY(point.y))));
      }
      svg.append("</g>\n");
      for (Point point : one.points) {
        if (!point.label.isEmpty()) {
          text(placeX(point.x) + 8, placeY(point.y) - 5, "start", point.label);
        }
      }
    }

    private double placeX(double value) {
      return left + (RIGHT - left) * across.part(Scale.drawn(x, value));
    }

    private double placeY(double value) {
      return bottom - (bottom - TOP) * up.part(Scale.drawn(y, value));
    }
  }

  /** A disc, a square or a triangle: the colour is not all that tells series apart. */
  private static String mark(int colour, double atX, double atY) {
    String form =
        switch (colour % 3) {
          case 0 -> "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0 -9 0";
          case 1 -> "m-4 -4h8v8h-8z";
          default -> "m0 -5l5 9h-10z";
        };
    return String.format(
        Locale.ROOT, "<path fill=\"currentColor\" d=\"M%.1f %.1f%s\"/>", atX, atY, form);
  }

  private static String tick(Axis axis, double drawn) {
    double value = axis.logarithmic ? Math.pow(10, drawn) : drawn;
    if (value >= 1e5) {
      return String.format(Locale.ROOT, "%.0e", value).replace("e+0", "e");
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("\\.?0+$", "");
  }

  private void text(double atX, double atY, String anchor, String text) {
    add(
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
        atX, atY, anchor, escaped(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  @FormatMethod
  private void add(@FormatString String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }
}
