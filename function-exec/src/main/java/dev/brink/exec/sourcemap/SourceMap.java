package dev.brink.exec.sourcemap;

import dev.brink.exec.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One map of revision 3 (ECMA-426): from lines and columns of a generated file to those of the
 * sources. Maps in sections are not read. Immutable.
 */
final class SourceMap {
  /** Its segments would take some ten MiB. */
  private static final int MAX_MAPPINGS_CHARS = 2 << 20;

  private static final String DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final int CONTINUES = 32;
  private static final int BITS = 5;

  /** Generated column, source, line, column; all count from 0. */
  private static final int FIELDS = 4;

  private final List<String> sources;
  private final int[][] lines;

  private SourceMap(List<String> sources, int[][] lines) {
    this.sources = sources;
    this.lines = lines;
  }

  /**
   * Reads a map.
   *
   * @param folder which the names of sources are relative to; empty for the bundle's own
   * @return {@code null} for what is no map of this kind, or too large a one
   */
  static @Nullable SourceMap parse(String json, String folder) {
    try {
      if (Json.parse(json) instanceof Map<?, ?> map
          && map.get("mappings") instanceof String mappings
          && map.get("sources") instanceof List<?> sources
          && mappings.length() <= MAX_MAPPINGS_CHARS) {
        String root = map.get("sourceRoot") instanceof String given ? given : "";
        return new SourceMap(names(sources, root, folder), new Decoder(mappings).lines());
      }
      return null;
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return null;
    }
  }

  private static List<String> names(List<?> sources, String root, String folder) {
    List<String> names = new ArrayList<>();
    for (Object source : sources) {
      String name = root.isEmpty() || root.endsWith("/") ? root + source : root + "/" + source;
      names.add(name.contains("://") ? name : Path.of(folder).resolve(name).normalize().toString());
    }
    return names;
  }

  /** Where a place comes from; lines and columns count from 1. {@code null} when unknown. */
  @Nullable Place find(int line, int column) {
    if (line < 1 || line > lines.length) {
      return null;
    }
    int[] segments = lines[line - 1];
    int low = 0;
    int high = segments.length / FIELDS;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments[middle * FIELDS] <= column - 1) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    int at = (low - 1) * FIELDS;
    if (at < 0 || segments[at + 1] < 0 || segments[at + 1] >= sources.size()) {
      return null;
    }
    return new Place(sources.get(segments[at + 1]), segments[at + 2] + 1, segments[at + 3] + 1);
  }

  /** A place in a source; line and column count from 1. */
  record Place(String source, int line, int column) {}

  /** Reads the list of mappings: numbers are differences, in base 64. */
  private static final class Decoder {
    private final String text;
    private final List<int[]> lines = new ArrayList<>();
    private int[] segments = new int[FIELDS * 8];
    private int size;
    private int at;

    Decoder(String text) {
      this.text = text;
    }

    int[][] lines() {
      int[] values = new int[FIELDS];
      while (at < text.length()) {
        char c = text.charAt(at);
        if (c == ';') {
          endLine();
          values[0] = 0;
          at++;
        } else if (c == ',') {
          at++;
        } else {
          segment(values);
        }
      }
      endLine();
      return lines.toArray(int[][]::new);
    }

    private void segment(int[] values) {
      int fields = 0;
      while (at < text.length() && text.charAt(at) != ',' && text.charAt(at) != ';') {
        int value = number();
        if (fields < FIELDS) {
          values[fields] += value;
        }
        fields++;
      }
      if (size == segments.length) {
        segments = Arrays.copyOf(segments, size * 2);
      }
      System.arraycopy(values, 0, segments, size, FIELDS);
      if (fields < FIELDS) {
        segments[size + 1] = -1;
      }
      size += FIELDS;
    }

    private int number() {
      int value = 0;
      for (int shift = 0; ; shift += BITS) {
        int digit = DIGITS.indexOf(text.charAt(at++));
        if (digit < 0 || shift > 30) {
          throw new IllegalArgumentException("mappings: not base 64 at " + at);
        }
        value |= (digit & (CONTINUES - 1)) << shift;
        if ((digit & CONTINUES) == 0) {
          return (value & 1) == 0 ? value >>> 1 : -(value >>> 1);
        }
      }
    }

    private void endLine() {
      lines.add(Arrays.copyOf(segments, size));
      size = 0;
    }
  }
}
