package dev.brink.exec.crypto;

import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;

/** Keys from other keys and from passwords. */
final class Kdf {
  private static final int INTERRUPT_EVERY = 1_024;

  /** Of input that take about as long as an iteration of PBKDF2. */
  private static final int STEP_BYTES = 64;

  private final Mac mac;
  private int sinceLook;

  private Kdf(Mac mac) {
    this.mac = mac;
  }

  /** What {@link #hkdf} has its hash read for an output of so many bytes. */
  static long hkdfBytes(Hash hash, byte[] info, int bytes) {
    return Math.ceilDiv((long) bytes, hash.bytes()) * (info.length + (long) hash.bytes());
  }

  /** HKDF: RFC 5869. Ends early when its thread is interrupted. */
  static byte[] hkdf(Hash hash, byte[] key, byte[] salt, byte[] info, int bytes) {
    if (bytes > 255 * hash.bytes()) {
      throw CryptoException.operation("length: more than 255 hashes");
    }
    Mac mac = hash.mac(hash.hmac(salt, key));
    var kdf = new Kdf(mac);
    byte[] out = new byte[bytes];
    byte[] block = new byte[0];
    for (int done = 0, i = 1; done < bytes; done += block.length, i++) {
      kdf.lookForInterrupt(info.length);
      mac.update(block);
      mac.update(info);
      mac.update((byte) i);
      block = mac.doFinal();
      System.arraycopy(block, 0, out, done, Math.min(block.length, bytes - done));
    }
    return out;
  }

  /** PBKDF2: RFC 8018, section 5.2. Ends early when its thread is interrupted. */
  static byte[] pbkdf2(Hash hash, byte[] password, byte[] salt, long iterations, int bytes) {
    Mac mac = hash.mac(password);
    var kdf = new Kdf(mac);
    byte[] out = new byte[bytes];
    for (int done = 0, i = 1; done < bytes; done += hash.bytes(), i++) {
      kdf.lookForInterrupt(salt.length);
      mac.update(salt);
      mac.update(new byte[] {(byte) (i >>> 24), (byte) (i >>> 16), (byte) (i >>> 8), (byte) i});
      byte[] block = kdf.block(mac.doFinal(), iterations);
      System.arraycopy(block, 0, out, done, Math.min(block.length, bytes - done));
    }
    return out;
  }

  private byte[] block(byte[] first, long iterations) {
    byte[] last = first;
    byte[] sum = Arrays.copyOf(first, first.length);
    try {
      for (long i = 1; i < iterations; i++) {
        mac.update(last);
        mac.doFinal(last, 0);
        for (int j = 0; j < sum.length; j++) {
          sum[j] = (byte) (sum[j] ^ last[j]);
        }
        lookForInterrupt(last.length);
      }
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
    return sum;
  }

  /** Once in so many iterations, of whatever block; input of {@code bytes} may be many of them. */
  private void lookForInterrupt(int bytes) {
    sinceLook += 1 + bytes / STEP_BYTES;
    if (sinceLook < INTERRUPT_EVERY) {
      return;
    }
    sinceLook = 0;
    if (Thread.currentThread().isInterrupted()) {
      throw CryptoException.operation("cancelled");
    }
  }
}
