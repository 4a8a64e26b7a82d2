package dev.brink.grid;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a map tells. */
final class MapEvents implements MapListener {
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @Override
  public void changed(String key, Entry entry) {
    heard.add(key + "=" + new String(entry.value(), StandardCharsets.UTF_8));
  }

  @Override
  public void removed(String key, Stamp stamp) {
    heard.add(key + " removed");
  }

  List<String> heard() {
    return heard;
  }

  void await(String... expected) {
    Grids.await("heard " + List.of(expected), () -> heard.equals(List.of(expected)));
  }
}
