package dev.brink.exec.crypto;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Random UUIDs: RFC 9562, version 4. The random bytes of many are fetched at once, as each fetching
 * takes longer than all else. For one thread at a time.
 */
public final class RandomUuids {
  private static final int AT_ONCE = 32;
  private static final int UUID_BYTES = 16;
  private static final long VERSION_4 = 0x4000;
  private static final long IETF_VARIANT = 0x8000_0000_0000_0000L;

  private ByteBuffer random = ByteBuffer.allocate(0);

  /** Another one, in its usual form. */
  public String next() {
    if (!random.hasRemaining()) {
      random = ByteBuffer.wrap(RandomBytes.of(AT_ONCE * UUID_BYTES));
    }
    long high = (random.getLong() & ~0xF000L) | VERSION_4;
    long low = (random.getLong() & ~0xC000_0000_0000_0000L) | IETF_VARIANT;
    return new UUID(high, low).toString();
  }
}
