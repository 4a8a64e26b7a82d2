package dev.brink.cache;

import dev.brink.cache.store.MemoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Prints what a million objects of 1 KB take in memory, with heads as a web server sends them: the
 * process in all (Linux), and the heap after a collection. Run it with a heap of 512 MiB and {@code
 * -XX:MaxDirectMemorySize=2g}; see docs/testing.md.
 */
final class MemoryFigures {
  private MemoryFigures() {}

  public static void main(String[] arguments) throws Exception {
    int objects = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    long before = resident();
    var files = new NginxFiles("public, max-age=86400");
    HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(2L << 30)).build();
    for (int i = 0; i < objects; i++) {
      var _ =
          cache.handle(
              NginxFiles.request("https", "/images/products/" + i + ".jpg"),
              files,
              NginxFiles.Drop.INSTANCE);
    }
    var stored = cache.storeStats();
    System.gc();
    long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    System.out.printf(
        "%d objects, %d MB by the store's own account; process %d MB (%d before), heap used %d"
            + " MB%n",
        stored.objects(),
        stored.bytes() / 1_000_000,
        resident() / 1_000_000,
        before / 1_000_000,
        heap / 1_000_000);
    cache.close();
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("VmRSS: missing");
  }
}
