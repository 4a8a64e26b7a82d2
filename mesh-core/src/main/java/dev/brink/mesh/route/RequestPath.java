package dev.brink.mesh.route;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;

/** The path that routes are matched against: without the query, its dot segments resolved. */
final class RequestPath {
  static String of(String target) {
    int end = target.indexOf('?');
    String path = end < 0 ? target : target.substring(0, end);
    return mayHaveDotSegments(path) ? withoutDotSegments(path) : path;
  }

  private static boolean mayHaveDotSegments(String path) {
    return path.contains("/.") || path.contains("%2");
  }

  private static String withoutDotSegments(String path) {
    Deque<String> kept = new ArrayDeque<>();
    String[] parts = path.substring(1).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      String plain = parts[i].replace("%2e", ".").replace("%2E", ".");
      boolean dots = plain.equals(".") || plain.equals("..");
      if (plain.equals("..")) {
        kept.pollLast();
      }
      if (!dots) {
        kept.addLast(parts[i]);
      } else if (i == parts.length - 1) {
        kept.addLast("");
      }
    }
    return "/" + String.join("/", new ArrayList<>(kept));
  }

  private RequestPath() {}
}
