package dev.brink.cache;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link HeaderFuzz} on headers as they are sent, and on 40,000 spoilt ones: always the same. */
class HeaderFuzzTest {
  private static final List<String> SEEDS =
      List.of(
          "max-age=60, s-maxage=\"10\", no-cache=\"set-cookie, x\", private",
          "max-age=99999999999999999999, stale-while-revalidate=-1",
          "a=1, b=?0;x=\"y\", c=(1 2.5 tok:en);q=@1700000000, d=:aGk=:, e=%\"f%c3%bc\"",
          "bytes=0-0, -5, 7-, 99999999999999999999-",
          "bytes 0-9/10",
          "bytes 5-9/*",
          "Sun, 06 Nov 1994 08:49:37 GMT",
          "Sunday, 06-Nov-94 08:49:37 GMT",
          "Sun Nov  6 08:49:37 1994",
          "W/\"a,b\", \"c\", *",
          "de;q=0.5, en-GB;q=1.000, *;q=0",
          "gzip, br;q=0.9\nidentity;q=0",
          "a%0%66%",
          "%2e%2E/a/./../b%7e%zz/..?b=2&a=1&utm_source=x&&=",
          "max-age=1\n5\nSun, 06 Nov 1994 08:49:37 GMT\n0\nmax-age=?1\nno-cache\nAccept, *\n\"x\"");

  @Test
  void parsersTakeAnything() {
    var random = new Random(7);
    for (String seed : SEEDS) {
      byte[] bytes = seed.getBytes(ISO_8859_1);
      HeaderFuzz.fuzzerTestOneInput(bytes);
      for (int i = 0; i < 40_000 / SEEDS.size(); i++) {
        HeaderFuzz.fuzzerTestOneInput(spoilt(bytes, random));
      }
    }
  }

  private static byte[] spoilt(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    for (int times = 1 + random.nextInt(4); times > 0 && bytes.length > 1; times--) {
      int at = random.nextInt(bytes.length);
      int other = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = bytes[other];
        case 2 -> bytes = Arrays.copyOf(bytes, at + 1);
        case 3 -> bytes = concat(bytes, Arrays.copyOfRange(bytes, at, bytes.length));
        default ->
            bytes = concat(Arrays.copyOf(bytes, at), SEEDS.get(random.nextInt(SEEDS.size())));
      }
    }
    return bytes;
  }

  private static byte[] concat(byte[] one, String other) {
    return concat(one, other.getBytes(ISO_8859_1));
  }

  private static byte[] concat(byte[] one, byte[] other) {
    byte[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
