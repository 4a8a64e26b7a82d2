package dev.brink.samples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An access log that is made while it is read, and what is true of it. For one reader. */
final class AccessLog extends InputStream {
  private static final int BLOCK_BYTES = 64 << 10;
  private static final int[] STATUSES = {200, 200, 200, 200, 304, 404, 301, 500, 101};

  private final long size;
  private final Random random = new Random(42);
  private final Map<String, Long> paths = new HashMap<>();
  private final long[] classes = new long[6];
  private int[] micros = new int[1 << 16];
  private int good;
  private byte[] block = {};
  private int position;
  private long bytes;
  private long malformed;
  private long bytesSent;

  /**
   * @param size in bytes, which the last line may exceed
   */
  AccessLog(long size) {
    this.size = size;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) {
    if (position == block.length) {
      if (bytes >= size) {
        return -1;
      }
      fill();
    }
    int count = Math.min(length, block.length - position);
    System.arraycopy(block, position, to, offset, count);
    position += count;
    return count;
  }

  private void fill() {
    StringBuilder lines = new StringBuilder(BLOCK_BYTES + 512);
    while (lines.length() < BLOCK_BYTES && bytes + lines.length() < size) {
      if (random.nextInt(1000) == 0) {
        lines.append("a line that is none\n");
        malformed++;
      } else {
        line(lines);
      }
    }
    block = lines.toString().getBytes(ISO_8859_1);
    position = 0;
    bytes += block.length;
  }

  private void line(StringBuilder to) {
    // Half of the requests are for 40 paths, the other half for 40,000.
    int item =
        random.nextBoolean()
            ? (int) (40 * Math.pow(random.nextDouble(), 2))
            : 40 + random.nextInt(40_000);
    String path = "/shop/item/" + item;
    int status = STATUSES[random.nextInt(STATUSES.length)];
    int sent = random.nextInt(50_000);
    int taken = (int) (100 * Math.exp(8 * random.nextDouble()));
    to.append("198.51.100.").append(random.nextInt(256));
    to.append(" - - [10/Oct/2026:13:55:36 +0000] \"GET ").append(path);
    to.append("?session=").append(random.nextInt(1_000_000)).append(" HTTP/1.1\" ");
    to.append(status).append(' ').append(sent);
    to.append(" \"https://example.com/shop\" \"Mozilla/5.0 (X11; Linux x86_64) Gecko\" ");
    to.append(taken).append('\n');

    paths.merge(path, 1L, Long::sum);
    classes[status / 100]++;
    bytesSent += sent;
    if (good == micros.length) {
      micros = Arrays.copyOf(micros, good * 2);
    }
    micros[good++] = taken;
  }

  long bytes() {
    return bytes;
  }

  long lines() {
    return good + malformed;
  }

  long malformed() {
    return malformed;
  }

  long bytesSent() {
    return bytesSent;
  }

  long ofClass(int statusClass) {
    return classes[statusClass];
  }

  int paths() {
    return paths.size();
  }

  long count(String path) {
    return paths.getOrDefault(path, 0L);
  }

  List<String> mostFrequent(int most) {
    return paths.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(most)
        .map(Map.Entry::getKey)
        .toList();
  }

  double percentileMillis(double share) {
    int[] sorted = Arrays.copyOf(micros, good);
    Arrays.sort(sorted);
    return sorted[(int) Math.ceil(good * share) - 1] / 1000.0;
  }
}
