package dev.brink.cache.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What an object is found by: the first 128 bits of the SHA-256 of a text, so that nobody can make
 * two texts with one key.
 *
 * @param high the first 64 bits, big-endian; evenly spread, so that it can pick a home or a bucket
 * @param low the next 64 bits
 */
public record StoreKey(long high, long low) implements Comparable<StoreKey> {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final ThreadLocal<MessageDigest> DIGEST = ThreadLocal.withInitial(StoreKey::sha);

  /** The key of a text. */
  public static StoreKey of(String text) {
    MessageDigest digest = DIGEST.get();
    digest.reset();
    byte[] hash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
    return new StoreKey((long) LONGS.get(hash, 0), (long) LONGS.get(hash, Long.BYTES));
  }

  private static MessageDigest sha() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  @Override
  public int hashCode() {
    return Long.hashCode(low);
  }

  @Override
  public int compareTo(StoreKey other) {
    int order = Long.compareUnsigned(high, other.high);
    return order == 0 ? Long.compareUnsigned(low, other.low) : order;
  }

  @Override
  public String toString() {
    return "%016x%016x".formatted(high, low);
  }
}
